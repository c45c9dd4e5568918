-- Bid deposits above the cap, which is a part of the estimate.
WITH capped AS (
  SELECT
    t.entity,
    t.tender,
    t.fact,
    t.published_on,
    t.bid_deposit_cny,
    t.estimate_cny,
    CAST(t.estimate_cny * p.value / 100 AS DECIMAL(18, 4)) AS cap_cny
  FROM judged AS t
  JOIN param_bid_deposit_pct AS p
    ON t.published_on >= p.valid_from AND (p.valid_until IS NULL OR t.published_on < p.valid_until)
)
SELECT
  entity,
  tender,
  published_on AS since,
  bid_deposit_cny,
  estimate_cny,
  cap_cny,
  CASE WHEN estimate_cny <= 0 THEN 'estimate_cny' END AS missing,
  ARRAY[fact] AS entries
FROM capped
WHERE estimate_cny <= 0 OR bid_deposit_cny > cap_cny
