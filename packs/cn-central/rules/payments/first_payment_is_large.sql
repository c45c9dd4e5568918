-- Payments at or above the line to a payee who was paid nothing in the days before.
WITH large AS (
  SELECT
    p.entity,
    p.payee,
    p.payment,
    p.fact,
    p.paid_on,
    p.amount_cny,
    CAST(d.value AS INTEGER) AS days_without
  FROM judged AS p
  JOIN param_new_payee_cny AS c
    ON p.paid_on >= c.valid_from AND (c.valid_until IS NULL OR p.paid_on < c.valid_until)
  JOIN param_new_payee_days AS d
    ON p.paid_on >= d.valid_from AND (d.valid_until IS NULL OR p.paid_on < d.valid_until)
  WHERE p.amount_cny >= CAST(c.value AS DECIMAL(18, 4))
    AND NOT EXISTS (
      SELECT 1
      FROM listed_purposes AS l
      WHERE l.entity = p.entity AND l.payment = p.payment AND l.list IN ('routine_purposes', 'returning_purposes')
    )
),
known AS (
  SELECT DISTINCT l.entity, l.payee, l.payment
  FROM large AS l
  JOIN payment AS b
    ON b.entity = l.entity AND b.payee = l.payee AND b.amount > 0
    AND DATE_DIFF('day', b.paid_on, l.paid_on) BETWEEN 1 AND l.days_without
)
SELECT
  l.entity,
  l.payee,
  l.payment,
  l.paid_on AS since,
  l.amount_cny,
  l.days_without,
  ARRAY[l.fact] AS entries
FROM large AS l
LEFT JOIN known AS k ON k.entity = l.entity AND k.payee = l.payee AND k.payment = l.payment
WHERE k.payment IS NULL
