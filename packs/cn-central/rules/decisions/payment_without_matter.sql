-- A payment is found when it reaches the line, names no matter and has no routine purpose.
SELECT
  j.entity,
  j.payment,
  j.paid_on AS since,
  [j.fact] AS entries,
  j.payee,
  j.purpose,
  j.paid_on,
  j.amount_cny,
  t.limit_cny
FROM judged AS j
JOIN payment_tiers AS t ON t.entity = j.entity AND t.payment = j.payment
WHERE t.is_reached
  AND NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS r
    WHERE r.entity = j.entity AND r.payment = j.payment AND r.list = 'routine_purposes'
  )
