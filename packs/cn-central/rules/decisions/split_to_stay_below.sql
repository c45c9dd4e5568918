-- A day is found when payments to one payee, each below the line, first add up to it within the days looked back.
WITH limited AS (
  SELECT
    p.entity, p.payee, p.paid_on, p.amount_cny, p.fact,
    f.value AS floor_fraction,
    t.limit_cny,
    t.line_item
  FROM judged AS p
  JOIN payment_tiers AS t ON t.entity = p.entity AND t.payment = p.payment
  JOIN param_split_floor_fraction AS f
    ON f.valid_from <= p.paid_on AND COALESCE(f.valid_until > p.paid_on, TRUE)
  WHERE NOT t.is_reached
    AND NOT EXISTS (
      SELECT 1
      FROM listed_purposes AS l
      WHERE l.entity = p.entity AND l.payment = p.payment AND l.list = 'routine_purposes'
    )
),
daily AS (
  SELECT
    entity, payee, line_item, paid_on,
    MIN(limit_cny) AS limit_cny,
    SUM(amount_cny) AS amount_cny,
    COUNT(*) AS payments
  FROM limited
  WHERE amount_cny < limit_cny AND amount_cny >= floor_fraction * limit_cny
  GROUP BY entity, payee, line_item, paid_on
),
near AS (
  -- The widest look back selects cheaply the days that can matter.
  SELECT
    *,
    SUM(amount_cny) OVER (
      PARTITION BY entity, payee, line_item ORDER BY paid_on RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND CURRENT ROW
    ) AS widest_cny
  FROM daily
),
added AS (
  SELECT
    d.entity, d.payee, d.line_item, d.paid_on, d.limit_cny,
    MIN(e.paid_on) AS first_paid_on,
    SUM(e.amount_cny) AS sum_cny,
    SUM(CASE WHEN e.paid_on < d.paid_on THEN e.amount_cny ELSE 0 END) AS sum_before_cny,
    SUM(e.payments) AS payments
  FROM near AS d
  JOIN param_split_days AS s
    ON s.valid_from <= d.paid_on AND COALESCE(s.valid_until, DATE '9999-12-31') > d.paid_on
  JOIN daily AS e
    ON e.entity = d.entity
    AND e.payee = d.payee
    AND e.line_item = d.line_item
    AND DATE_DIFF('day', e.paid_on, d.paid_on) >= 0
    AND DATE_DIFF('day', e.paid_on, d.paid_on) < LEAST(s.value, 90)
  WHERE d.widest_cny >= d.limit_cny
  GROUP BY d.entity, d.payee, d.line_item, d.paid_on, d.limit_cny
),
first_of_day AS (
  SELECT
    a.*,
    ROW_NUMBER() OVER (PARTITION BY a.entity, a.payee, a.paid_on ORDER BY a.sum_cny / a.limit_cny DESC, a.line_item) AS place
  FROM added AS a
  JOIN param_split_count_min AS n
    ON n.valid_from <= a.paid_on AND COALESCE(n.valid_until > a.paid_on, TRUE)
  WHERE a.sum_cny >= a.limit_cny AND a.sum_before_cny < a.limit_cny AND a.payments >= n.value
)
SELECT
  a.entity,
  a.payee,
  a.paid_on,
  a.paid_on AS since,
  ARRAY_AGG(p.fact) AS entries,
  a.first_paid_on,
  a.payments,
  a.sum_cny,
  a.limit_cny
FROM first_of_day AS a
JOIN limited AS p
  ON p.entity = a.entity
  AND p.payee = a.payee
  AND p.line_item = a.line_item
  AND p.paid_on BETWEEN a.first_paid_on AND a.paid_on
  AND p.amount_cny < p.limit_cny
  AND p.amount_cny >= p.floor_fraction * p.limit_cny
WHERE a.place = 1
GROUP BY a.entity, a.payee, a.paid_on, a.first_paid_on, a.payments, a.sum_cny, a.limit_cny
