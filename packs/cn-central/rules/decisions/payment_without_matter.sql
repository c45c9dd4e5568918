-- A payment is found when it reaches the line and names no matter.
WITH line AS (
  SELECT entity, item, limit_cny, valid_from, valid_until
  FROM list_in_force
  WHERE list = 'collective_decision'
),
limited AS (
  SELECT
    j.entity, j.payment, j.payee, j.paid_on, j.amount_cny, j.purpose, j.fact,
    COALESCE(
      MIN(CASE WHEN l.item = j.item THEN l.limit_cny END),
      MIN(CASE WHEN l.item = 'payment' THEN l.limit_cny END),
      CAST(MAX(g.value) AS DECIMAL(18, 4))
    ) AS limit_cny
  FROM judged AS j
  JOIN param_large_payment_cny AS g
    ON g.valid_from <= j.paid_on AND COALESCE(g.valid_until, DATE '9999-12-31') > j.paid_on
  LEFT JOIN line AS l
    ON l.entity = j.entity
    AND l.valid_from <= j.paid_on
    AND COALESCE(l.valid_until, DATE '9999-12-31') > j.paid_on
  GROUP BY j.entity, j.payment, j.payee, j.paid_on, j.amount_cny, j.purpose, j.fact
)
SELECT
  a.entity,
  a.payment,
  a.paid_on AS since,
  [a.fact] AS entries,
  a.payee,
  a.paid_on,
  a.amount_cny,
  a.limit_cny
FROM limited AS a
WHERE a.amount_cny >= a.limit_cny
  AND NOT EXISTS (
    SELECT 1
    FROM list_in_force AS r
    WHERE r.entity = a.entity
      AND r.list = 'routine_purposes'
      AND r.item = a.purpose
      AND r.valid_from <= a.paid_on
      AND COALESCE(r.valid_until, DATE '9999-12-31') > a.paid_on
  )
