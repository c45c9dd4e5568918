-- Contracts of works projects at or above the line of their kind that came from no tender.
SELECT
  c.entity,
  c.contract,
  c.signed_on AS since,
  c.project,
  c.kind,
  c.counterparty,
  c.amount_cny,
  CAST(p.value AS DECIMAL(18, 4)) AS line_cny,
  c.method,
  ARRAY[c.fact] AS entries
FROM judged AS c
JOIN param_must_tender_cny AS p
  ON p.category = c.kind AND c.signed_on >= p.valid_from AND (p.valid_until IS NULL OR c.signed_on < p.valid_until)
WHERE c.amount_cny >= CAST(p.value AS DECIMAL(18, 4))
  AND c.method NOT IN ('open_tender', 'invited_tender')
