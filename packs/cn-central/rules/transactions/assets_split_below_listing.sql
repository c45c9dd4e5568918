-- Sales below the line to one buyer that, with those of the days before, reach it.
WITH small AS (
  SELECT t.entity, t.buyer, t.transaction, t.fact, t.signed_on, t.price_cny, p.value AS line_cny
  FROM judged AS t
  JOIN param_asset_announcement_from_cny AS p
    ON t.signed_on >= p.valid_from AND (p.valid_until IS NULL OR t.signed_on < p.valid_until)
  WHERE t.price_cny < p.value
)
SELECT
  a.entity,
  a.buyer,
  a.transaction,
  a.signed_on AS since,
  COUNT(*) AS sales,
  SUM(b.price_cny) AS sum_cny,
  a.line_cny,
  ARRAY_AGG(b.fact) AS entries
FROM small AS a
JOIN param_asset_split_days AS d
  ON a.signed_on >= d.valid_from AND (d.valid_until IS NULL OR a.signed_on < d.valid_until)
JOIN small AS b
  ON b.entity = a.entity AND b.buyer = a.buyer
  AND DATE_DIFF('day', b.signed_on, a.signed_on) BETWEEN 0 AND d.value
GROUP BY a.entity, a.buyer, a.transaction, a.signed_on, a.line_cny
HAVING COUNT(*) > 1 AND SUM(b.price_cny) >= a.line_cny
