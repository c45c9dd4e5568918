-- Deposits above the cap, which is a part of the floor price.
WITH capped AS (
  SELECT
    t.entity,
    t.transaction,
    t.fact,
    t.disclosure_from,
    t.deposit_cny,
    COALESCE(t.floor_cny, t.first_floor_cny) AS floor_cny,
    CAST(COALESCE(t.floor_cny, t.first_floor_cny) * p.value / 100 AS DECIMAL(18, 4)) AS cap_cny
  FROM judged AS t
  JOIN param_transaction_deposit_pct AS p
    ON t.disclosure_from >= p.valid_from AND (p.valid_until IS NULL OR t.disclosure_from < p.valid_until)
)
SELECT
  entity,
  transaction,
  disclosure_from AS since,
  deposit_cny,
  floor_cny,
  cap_cny,
  CASE WHEN floor_cny <= 0 THEN 'floor_cny' END AS missing,
  ARRAY[fact] AS entries
FROM capped
WHERE floor_cny <= 0 OR deposit_cny > cap_cny
