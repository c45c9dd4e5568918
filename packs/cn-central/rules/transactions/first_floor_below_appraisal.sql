-- First floor prices below the part of the appraised value that is sold.
WITH valued AS (
  SELECT
    t.entity,
    t.transaction,
    t.appraisal,
    t.fact,
    a.fact AS appraisal_fact,
    COALESCE(t.disclosure_from, t.signed_on) AS since,
    t.first_floor_cny,
    a.value_cny,
    CASE WHEN t.kind = 'asset_sale' THEN 100 ELSE t.share_pct END AS share_pct
  FROM judged AS t
  LEFT JOIN appraisal AS a ON a.entity = t.entity AND a.appraisal = t.appraisal
),
priced AS (
  SELECT *, CAST(value_cny * share_pct / 100 AS DECIMAL(18, 4)) AS value_sold_cny
  FROM valued
)
SELECT
  entity,
  transaction,
  appraisal,
  since,
  first_floor_cny,
  value_cny,
  share_pct,
  value_sold_cny,
  CASE WHEN value_sold_cny IS NULL THEN 'appraisal.value_cny' END AS missing,
  CASE WHEN appraisal_fact IS NULL THEN ARRAY[fact] ELSE ARRAY[fact, appraisal_fact] END AS entries
FROM priced
WHERE value_sold_cny IS NULL OR first_floor_cny < value_sold_cny
