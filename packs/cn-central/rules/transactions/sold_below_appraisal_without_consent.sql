-- Prices below the line of the appraisal, with no consent by the day of signing.
WITH priced AS (
  SELECT
    t.entity,
    t.transaction,
    t.appraisal,
    t.fact,
    a.fact AS appraisal_fact,
    t.signed_on,
    t.price_cny,
    t.consent_on,
    t.consent_body,
    a.value_cny,
    CAST(
      a.value_cny * (CASE WHEN t.kind = 'asset_sale' THEN 100 ELSE t.share_pct END) / 100 * p.value / 100
      AS DECIMAL(18, 4)
    ) AS line_cny
  FROM judged AS t
  JOIN param_sale_price_floor_pct AS p
    ON t.signed_on >= p.valid_from AND (p.valid_until IS NULL OR t.signed_on < p.valid_until)
  LEFT JOIN appraisal AS a ON a.entity = t.entity AND a.appraisal = t.appraisal
)
SELECT
  entity,
  transaction,
  appraisal,
  signed_on AS since,
  price_cny,
  value_cny,
  line_cny,
  consent_on,
  consent_body,
  CASE WHEN line_cny > 0 THEN NULL ELSE 'appraisal.value_cny' END AS missing,
  CASE WHEN appraisal_fact IS NULL THEN ARRAY[fact] ELSE ARRAY[fact, appraisal_fact] END AS entries
FROM priced
WHERE line_cny IS NULL
  OR line_cny <= 0
  OR (price_cny < line_cny AND (consent_on IS NULL OR consent_on > signed_on))
