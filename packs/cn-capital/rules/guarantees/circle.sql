-- Guarantees that are part of a circle, each with its shortest one.
WITH whole AS (
  SELECT circle, STRING_AGG(entity, '>' ORDER BY position) AS parties, LIST(fact) AS facts, SUM(amount_cny) AS total_cny
  FROM guarantee_circle
  GROUP BY circle
),
mine AS (
  SELECT g.entity, g.guarantee, c.circle, c.legs, ROW_NUMBER() OVER (PARTITION BY g.entity, g.guarantee ORDER BY c.legs, c.circle) AS place
  FROM judged AS g
  JOIN guarantee_circle AS c ON c.fact = g.fact
)
SELECT
  g.entity,
  g.guarantee,
  COALESCE(g.signed_on, g.valid_from) AS since,
  w.facts AS entries,
  g.debtor,
  g.amount_cny,
  m.legs,
  w.parties,
  w.total_cny
FROM judged AS g
JOIN mine AS m ON m.entity = g.entity AND m.guarantee = g.guarantee AND m.place = 1
JOIN whole AS w ON w.circle = m.circle
