-- A contract is found when it reaches the line and names no matter.
WITH line AS (
  SELECT entity, item, limit_cny, valid_from, valid_until
  FROM list_in_force
  WHERE list = 'collective_decision'
),
limited AS (
  SELECT
    j.entity, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact,
    COALESCE(
      MIN(CASE WHEN l.item = j.item THEN l.limit_cny END),
      MIN(CASE WHEN l.item = 'contract' THEN l.limit_cny END),
      CAST(MAX(g.value) AS DECIMAL(18, 4))
    ) AS limit_cny
  FROM judged AS j
  JOIN param_large_contract_cny AS g
    ON g.valid_from <= j.signed_on AND COALESCE(g.valid_until, DATE '9999-12-31') > j.signed_on
  LEFT JOIN line AS l
    ON l.entity = j.entity
    AND l.valid_from <= j.signed_on
    AND COALESCE(l.valid_until, DATE '9999-12-31') > j.signed_on
  GROUP BY j.entity, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact
)
SELECT
  a.entity,
  a.contract,
  a.signed_on AS since,
  [a.fact] AS entries,
  a.counterparty,
  a.signed_on,
  a.amount_cny,
  a.limit_cny
FROM limited AS a
WHERE a.amount_cny >= a.limit_cny
