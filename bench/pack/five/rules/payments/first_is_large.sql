-- Payments at or above the line to a payee who was paid nothing in the year before.
SELECT p.entity, p.payee, p.payment, p.paid_on AS since, p.amount_cny, [p.fact] AS entries
FROM judged AS p
JOIN param_new_payee_line_cny AS s
  ON s.valid_from <= p.paid_on AND COALESCE(s.valid_until, DATE '9999-12-31') > p.paid_on
WHERE p.amount_cny >= s.value
  AND NOT EXISTS (
    SELECT 1
    FROM payment AS b
    WHERE b.entity = p.entity
      AND b.payee = p.payee
      AND b.paid_on < p.paid_on
      AND b.paid_on >= p.paid_on - 365
  )
