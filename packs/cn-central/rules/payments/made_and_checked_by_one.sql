-- Payments at or above the limit with one person as maker and checker.
SELECT
  p.entity,
  p.payment,
  p.paid_on AS since,
  p.payee,
  p.amount_cny,
  p.maker,
  ARRAY[p.fact] AS entries
FROM judged AS p
JOIN param_dual_control_cny AS c
  ON p.paid_on >= c.valid_from AND (c.valid_until IS NULL OR p.paid_on < c.valid_until)
WHERE p.amount_cny >= c.value AND p.maker = p.checker
