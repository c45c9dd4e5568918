-- Payments at or above the line to a payee who was paid nothing in the days before.
SELECT
  p.entity,
  p.payee,
  p.payment,
  p.paid_on AS since,
  p.amount_cny,
  CAST(d.value AS INTEGER) AS days_without,
  ARRAY[p.fact] AS entries
FROM judged AS p
JOIN param_new_payee_cny AS c
  ON p.paid_on >= c.valid_from AND (c.valid_until IS NULL OR p.paid_on < c.valid_until)
JOIN param_new_payee_days AS d
  ON p.paid_on >= d.valid_from AND (d.valid_until IS NULL OR p.paid_on < d.valid_until)
WHERE p.amount_cny >= c.value
  AND NOT EXISTS (
    SELECT 1
    FROM payment AS b
    WHERE b.entity = p.entity
      AND b.payee = p.payee
      AND b.amount > 0
      AND DATE_DIFF('day', b.paid_on, p.paid_on) BETWEEN 1 AND d.value
  )
