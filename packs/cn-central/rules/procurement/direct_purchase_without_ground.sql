-- Direct purchases at or above the line; those with a ground are not judged.
SELECT
  c.entity,
  c.contract,
  c.signed_on AS since,
  c.counterparty,
  c.kind,
  c.amount_cny,
  CAST(p.value AS DECIMAL(18, 4)) AS line_cny,
  ARRAY[c.fact] AS entries
FROM judged AS c
JOIN param_direct_purchase_cny AS p
  ON c.signed_on >= p.valid_from AND (p.valid_until IS NULL OR c.signed_on < p.valid_until)
WHERE c.amount_cny >= CAST(p.value AS DECIMAL(18, 4))
