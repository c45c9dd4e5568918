-- An invoice is found when net plus tax differs from gross by more than the tolerance.
SELECT
  i.entity,
  i.side,
  i.invoice,
  i.line_id,
  COALESCE(i.issued_on, CAST(i.received_at AS DATE), DATE '2000-01-01') AS since,
  [i.fact] AS entries,
  i.net,
  i.tax,
  i.gross,
  i.net + i.tax - i.gross AS gap,
  t.value AS tolerance
FROM judged AS i
JOIN param_invoice_tolerance AS t
  ON t.valid_from <= COALESCE(i.issued_on, DATE '2000-01-01')
  AND COALESCE(t.valid_until, DATE '9999-12-31') > COALESCE(i.issued_on, DATE '2000-01-01')
WHERE ABS(i.net + i.tax - i.gross) > CAST(t.value AS DECIMAL(18, 4))
