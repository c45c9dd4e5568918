-- Payments to a person outside the list of purposes that, with those of the days before, reach the line.
WITH unusual AS (
  SELECT p.entity, p.payee, p.payment, p.fact, p.paid_on, p.amount_cny, p.purpose
  FROM judged AS p
  WHERE NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS l
    WHERE l.entity = p.entity AND l.payment = p.payment AND l.list = 'person_payment_purposes'
  )
)
SELECT
  a.entity,
  a.payee,
  a.payment,
  a.paid_on AS since,
  a.amount_cny,
  a.purpose,
  COUNT(*) AS payments,
  SUM(b.amount_cny) AS sum_cny,
  CAST(c.value AS DECIMAL(18, 4)) AS line_cny,
  ARRAY_AGG(b.fact) AS entries
FROM unusual AS a
JOIN param_person_payment_cny AS c
  ON a.paid_on >= c.valid_from AND (c.valid_until IS NULL OR a.paid_on < c.valid_until)
JOIN param_person_payment_days AS d
  ON a.paid_on >= d.valid_from AND (d.valid_until IS NULL OR a.paid_on < d.valid_until)
JOIN unusual AS b
  ON b.entity = a.entity AND b.payee = a.payee
  AND DATE_DIFF('day', b.paid_on, a.paid_on) >= 0
  AND DATE_DIFF('day', b.paid_on, a.paid_on) < d.value
WHERE a.amount_cny > 0
GROUP BY a.entity, a.payee, a.payment, a.paid_on, a.amount_cny, a.purpose, c.value
HAVING SUM(b.amount_cny) >= c.value
