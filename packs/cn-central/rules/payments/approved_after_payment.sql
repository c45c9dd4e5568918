-- Payments at or above the limit with an approval after them.
WITH dated AS (
  SELECT *, CAST(paid_at AS DATE) AS paid_day
  FROM judged
)
SELECT
  p.entity,
  p.payment,
  p.paid_day AS since,
  p.payee,
  p.amount_cny,
  p.paid_at,
  p.approved_at,
  ARRAY[p.fact] AS entries,
  CASE WHEN COALESCE(p.purpose, p.contract, p.invoice) IS NULL THEN 'purpose' END AS missing
FROM dated AS p
JOIN param_dual_control_cny AS c
  ON p.paid_day >= c.valid_from AND (c.valid_until IS NULL OR p.paid_day < c.valid_until)
WHERE p.amount_cny >= c.value
  AND p.approved_at > p.paid_at
  AND NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS l
    WHERE l.entity = p.entity AND l.payment = p.payment AND l.list = 'routine_purposes'
  )
