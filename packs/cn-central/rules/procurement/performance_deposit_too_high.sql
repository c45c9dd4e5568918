-- Performance deposits above the cap, which is a part of the contract's amount.
WITH capped AS (
  SELECT
    c.entity,
    c.contract,
    c.fact,
    c.counterparty,
    c.signed_on,
    c.performance_deposit_cny,
    c.amount_cny,
    CAST(c.amount_cny * p.value / 100 AS DECIMAL(18, 4)) AS cap_cny
  FROM judged AS c
  JOIN param_performance_deposit_pct AS p
    ON c.signed_on >= p.valid_from AND (p.valid_until IS NULL OR c.signed_on < p.valid_until)
)
SELECT
  entity,
  contract,
  signed_on AS since,
  counterparty,
  performance_deposit_cny,
  amount_cny,
  cap_cny,
  CASE WHEN amount_cny <= 0 THEN 'amount_cny' END AS missing,
  ARRAY[fact] AS entries
FROM capped
WHERE amount_cny <= 0 OR performance_deposit_cny > cap_cny
