-- A day is found when payments to one payee, each below the line, first add up to it within the days looked back.
WITH limited AS (
  SELECT
    p.entity, p.payee, p.payment, p.paid_on, p.amount_cny, p.fact,
    COALESCE(MIN(CASE WHEN l.list = 'collective_decision' THEN l.limit_cny END), CAST(MAX(g.value) AS DECIMAL(18, 4))) AS limit_cny,
    MAX(f.value) AS floor_fraction
  FROM judged AS p
  JOIN param_large_payment_cny AS g
    ON g.valid_from <= p.paid_on AND (g.valid_until IS NULL OR g.valid_until > p.paid_on)
  JOIN param_split_floor_fraction AS f
    ON f.valid_from <= p.paid_on AND (f.valid_until IS NULL OR f.valid_until > p.paid_on)
  LEFT JOIN list_in_force AS l
    ON l.entity = p.entity
    AND l.valid_from <= p.paid_on
    AND (l.valid_until IS NULL OR l.valid_until > p.paid_on)
    AND (
      (l.list = 'collective_decision' AND l.item = 'payment')
      OR (l.list = 'routine_purposes' AND l.item = p.purpose)
    )
  GROUP BY p.entity, p.payee, p.payment, p.paid_on, p.amount_cny, p.fact
  HAVING COUNT(CASE WHEN l.list = 'routine_purposes' THEN 1 END) = 0
),
daily AS (
  SELECT
    entity, payee, paid_on,
    MIN(limit_cny) AS limit_cny,
    SUM(amount_cny) AS amount_cny,
    COUNT(*) AS payments,
    ARRAY_AGG(fact) AS entries
  FROM limited
  WHERE amount_cny < limit_cny AND amount_cny >= floor_fraction * limit_cny
  GROUP BY entity, payee, paid_on
),
added AS (
  SELECT
    d.entity, d.payee, d.paid_on, d.limit_cny,
    MIN(e.paid_on) AS first_paid_on,
    SUM(e.amount_cny) AS sum_cny,
    SUM(CASE WHEN e.paid_on < d.paid_on THEN e.amount_cny ELSE 0 END) AS sum_before_cny,
    SUM(e.payments) AS payments,
    FLATTEN(ARRAY_AGG(e.entries)) AS entries
  FROM daily AS d
  JOIN param_split_days AS s
    ON s.valid_from <= d.paid_on AND (s.valid_until IS NULL OR s.valid_until > d.paid_on)
  JOIN daily AS e
    ON e.entity = d.entity
    AND e.payee = d.payee
    AND DATE_DIFF('day', e.paid_on, d.paid_on) >= 0
    AND DATE_DIFF('day', e.paid_on, d.paid_on) < LEAST(s.value, 90)
  GROUP BY d.entity, d.payee, d.paid_on, d.limit_cny
)
SELECT
  a.entity,
  a.payee,
  a.paid_on,
  a.paid_on AS since,
  a.entries,
  a.first_paid_on,
  a.payments,
  a.sum_cny,
  a.limit_cny
FROM added AS a
JOIN param_split_count_min AS n
  ON n.valid_from <= a.paid_on AND (n.valid_until IS NULL OR n.valid_until > a.paid_on)
WHERE a.sum_cny >= a.limit_cny AND a.sum_before_cny < a.limit_cny AND a.payments >= n.value
