-- Guarantees whose debtor is in the register, outside the guarantor's group, linked to it by no stake on the day, and not controlled by it.
WITH parties AS (
  SELECT entity AS party FROM judged
  UNION
  SELECT debtor AS party FROM judged
),
tops AS (
  SELECT a.entity, MAX(a.distance) AS distance
  FROM parties AS p
  JOIN ancestor AS a ON a.entity = p.party
  JOIN entity AS h ON h.entity = a.ancestor
  WHERE NOT COALESCE(h.is_owner, FALSE)
  GROUP BY a.entity
),
heads AS (
  SELECT a.entity, a.ancestor AS head
  FROM tops AS t
  JOIN ancestor AS a ON a.entity = t.entity AND a.distance = t.distance
),
placed AS (
  SELECT
    g.entity,
    g.guarantee,
    g.fact,
    g.debtor,
    g.amount_cny,
    COALESCE(g.signed_on, g.valid_from) AS given_on,
    d.entity AS debtor_known,
    gh.head AS group_head,
    dh.head AS debtor_head
  FROM judged AS g
  LEFT JOIN entity AS d ON d.entity = g.debtor
  LEFT JOIN heads AS gh ON gh.entity = g.entity
  LEFT JOIN heads AS dh ON dh.entity = g.debtor
)
SELECT
  p.entity,
  p.guarantee,
  p.given_on AS since,
  p.debtor,
  p.amount_cny,
  p.group_head,
  p.debtor_head,
  CASE
    WHEN p.debtor_known IS NULL THEN 'entity.debtor'
    WHEN p.group_head IS NULL THEN 'entity.guarantor'
  END AS missing,
  ARRAY[p.fact] AS entries
FROM placed AS p
WHERE p.debtor_known IS NULL
  OR p.group_head IS NULL
  OR (
    (p.debtor_head IS NULL OR p.debtor_head <> p.group_head)
    AND NOT EXISTS (
      SELECT 1 FROM ancestor AS a WHERE a.entity = p.entity AND a.ancestor = p.debtor
    )
    AND NOT EXISTS (
      SELECT 1
      FROM stake AS s
      JOIN ancestor AS m ON m.entity = s.holder
      WHERE s.entity = p.debtor
        AND m.ancestor = p.group_head
        AND s.valid_from <= p.given_on
        AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
    )
    AND NOT EXISTS (
      SELECT 1
      FROM stake AS s
      JOIN ancestor AS m ON m.entity = s.entity
      WHERE s.holder = p.debtor
        AND m.ancestor = p.group_head
        AND s.valid_from <= p.given_on
        AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
    )
    AND NOT EXISTS (
      SELECT 1
      FROM control_period AS c
      JOIN ancestor AS m ON m.entity = c.owner
      WHERE c.entity = p.debtor
        AND m.ancestor = p.group_head
        AND COALESCE(c.valid_from <= p.given_on, TRUE)
        AND COALESCE(c.valid_until > p.given_on, TRUE)
    )
  )
