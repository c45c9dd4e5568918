-- Payments above the limit that holds for the entity's level and class.
SELECT
  p.entity,
  p.payment,
  p.paid_on AS since,
  p.amount_cny,
  m.value AS limit_cny,
  [p.fact] AS entries
FROM judged AS p
JOIN level AS v ON v.entity = p.entity
JOIN entity AS e ON e.entity = p.entity
JOIN param_payment_limit_cny AS m
  ON m.level = CAST(v.management AS VARCHAR)
  AND m.class = e.class
  AND m.valid_from <= p.paid_on
  AND COALESCE(m.valid_until, DATE '9999-12-31') > p.paid_on
WHERE p.amount_cny > m.value
