-- A payment is found when it reaches the line and names no matter.
WITH limited AS (
  SELECT
    j.entity, j.payment, j.payee, j.paid_on, j.amount_cny, j.fact,
    COALESCE(
      MIN(CASE WHEN l.list = 'collective_decision' AND l.item = j.item THEN l.limit_cny END),
      MIN(CASE WHEN l.list = 'collective_decision' THEN l.limit_cny END),
      CAST(MAX(g.value) AS DECIMAL(18, 4))
    ) AS limit_cny
  FROM judged AS j
  JOIN param_large_payment_cny AS g
    ON g.valid_from <= j.paid_on AND (g.valid_until IS NULL OR g.valid_until > j.paid_on)
  LEFT JOIN list_in_force AS l
    ON l.entity = j.entity
    AND l.valid_from <= j.paid_on
    AND (l.valid_until IS NULL OR l.valid_until > j.paid_on)
    AND (
      (l.list = 'collective_decision' AND (l.item = 'payment' OR l.item = j.item))
      OR (l.list = 'routine_purposes' AND l.item = j.purpose)
    )
  GROUP BY j.entity, j.payment, j.payee, j.paid_on, j.amount_cny, j.fact
  HAVING COUNT(CASE WHEN l.list = 'routine_purposes' THEN 1 END) = 0
)
SELECT
  entity,
  payment,
  paid_on AS since,
  [fact] AS entries,
  payee,
  paid_on,
  amount_cny,
  limit_cny
FROM limited
WHERE amount_cny >= limit_cny
