-- A day is found when payments to one payee, each below the line, first add up to it within the days looked back.
WITH own_line AS (
  SELECT entity, limit_cny, valid_from, valid_until
  FROM list_in_force
  WHERE list = 'collective_decision' AND item = 'payment' AND limit_cny IS NOT NULL
),
limited AS (
  SELECT
    p.entity, p.payee, p.paid_on, p.amount_cny, p.fact,
    f.value AS floor_fraction,
    COALESCE(
      (
        SELECT MIN(o.limit_cny)
        FROM own_line AS o
        WHERE o.entity = p.entity AND o.valid_from <= p.paid_on AND COALESCE(o.valid_until, DATE '9999-12-31') > p.paid_on
      ),
      CAST(g.value AS DECIMAL(18, 4))
    ) AS limit_cny
  FROM judged AS p
  JOIN param_large_payment_cny AS g
    ON g.valid_from <= p.paid_on AND COALESCE(g.valid_until, DATE '9999-12-31') > p.paid_on
  JOIN param_split_floor_fraction AS f
    ON f.valid_from <= p.paid_on AND COALESCE(f.valid_until, DATE '9999-12-31') > p.paid_on
  WHERE NOT EXISTS (
    SELECT 1
    FROM list_in_force AS l
    WHERE l.entity = p.entity
      AND l.list = 'routine_purposes'
      AND l.item = p.purpose
      AND l.valid_from <= p.paid_on
      AND COALESCE(l.valid_until, DATE '9999-12-31') > p.paid_on
  )
),
daily AS (
  SELECT
    entity, payee, paid_on,
    MIN(limit_cny) AS limit_cny,
    SUM(amount_cny) AS amount_cny,
    COUNT(*) AS payments
  FROM limited
  WHERE amount_cny < limit_cny AND amount_cny >= floor_fraction * limit_cny
  GROUP BY entity, payee, paid_on
),
near AS (
  -- The widest look back selects cheaply the days that can matter.
  SELECT
    *,
    SUM(amount_cny) OVER (
      PARTITION BY entity, payee ORDER BY paid_on RANGE BETWEEN INTERVAL 90 DAY PRECEDING AND CURRENT ROW
    ) AS widest_cny
  FROM daily
),
added AS (
  SELECT
    d.entity, d.payee, d.paid_on, d.limit_cny,
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
    AND DATE_DIFF('day', e.paid_on, d.paid_on) >= 0
    AND DATE_DIFF('day', e.paid_on, d.paid_on) < LEAST(s.value, 90)
  WHERE d.widest_cny >= d.limit_cny
  GROUP BY d.entity, d.payee, d.paid_on, d.limit_cny
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
FROM added AS a
JOIN param_split_count_min AS n
  ON n.valid_from <= a.paid_on AND COALESCE(n.valid_until, DATE '9999-12-31') > a.paid_on
JOIN limited AS p
  ON p.entity = a.entity
  AND p.payee = a.payee
  AND p.paid_on BETWEEN a.first_paid_on AND a.paid_on
  AND p.amount_cny < p.limit_cny
  AND p.amount_cny >= p.floor_fraction * p.limit_cny
WHERE a.sum_cny >= a.limit_cny AND a.sum_before_cny < a.limit_cny AND a.payments >= n.value
GROUP BY a.entity, a.payee, a.paid_on, a.first_paid_on, a.payments, a.sum_cny, a.limit_cny
