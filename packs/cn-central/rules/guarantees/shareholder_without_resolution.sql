-- Guarantees for a holder of a stake in the guarantor with no earlier resolution of its shareholders or owner.
WITH dated AS (
  SELECT
    g.entity,
    g.guarantee,
    g.matter,
    g.fact,
    g.debtor,
    g.amount_cny,
    COALESCE(g.signed_on, g.valid_from) AS given_on
  FROM judged AS g
),
resolved AS (
  SELECT DISTINCT g.entity, g.guarantee
  FROM dated AS g
  JOIN decision AS d
    ON d.entity = g.entity
    AND d.matter = g.matter
    AND d.body IN ('shareholders', 'owner')
    AND d.outcome = 'approved'
    AND COALESCE(d.final, TRUE)
    AND d.decided_on <= g.given_on
)
SELECT
  g.entity,
  g.guarantee,
  g.matter,
  g.given_on AS since,
  g.debtor,
  g.amount_cny,
  MAX(s.share_pct) AS share_pct,
  LIST_CONCAT(ARRAY[g.fact], ARRAY_AGG(s.fact)) AS entries
FROM dated AS g
JOIN stake AS s
  ON s.holder = g.debtor AND s.entity = g.entity
  AND s.valid_from <= g.given_on AND (s.valid_until IS NULL OR s.valid_until > g.given_on)
LEFT JOIN resolved AS r ON r.entity = g.entity AND r.guarantee = g.guarantee
WHERE r.guarantee IS NULL
GROUP BY g.entity, g.guarantee, g.matter, g.given_on, g.debtor, g.amount_cny, g.fact
