-- A contract is found when it reaches the line and names no matter.
WITH limited AS (
  SELECT
    j.entity, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact,
    COALESCE(
      MIN(CASE WHEN l.item = j.item THEN l.limit_cny END),
      MIN(l.limit_cny),
      CAST(MAX(g.value) AS DECIMAL(18, 4))
    ) AS limit_cny
  FROM judged AS j
  JOIN param_large_contract_cny AS g
    ON g.valid_from <= j.signed_on AND (g.valid_until IS NULL OR g.valid_until > j.signed_on)
  LEFT JOIN list_in_force AS l
    ON l.entity = j.entity
    AND l.valid_from <= j.signed_on
    AND (l.valid_until IS NULL OR l.valid_until > j.signed_on)
    AND l.list = 'collective_decision'
    AND (l.item = 'contract' OR l.item = j.item)
  GROUP BY j.entity, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact
)
SELECT
  entity,
  contract,
  signed_on AS since,
  [fact] AS entries,
  counterparty,
  signed_on,
  amount_cny,
  limit_cny
FROM limited
WHERE amount_cny >= limit_cny
