-- Days that complete the limit by payments of the last ninety days to one payee, each below it.
WITH daily AS (
  SELECT p.entity, p.payee, p.paid_on, s.value AS line_cny, SUM(p.amount_cny) AS day_cny, COUNT(*) AS payments, ARRAY_AGG(p.fact) AS entries
  FROM judged AS p
  JOIN param_split_line_cny AS s
    ON s.valid_from <= p.paid_on AND COALESCE(s.valid_until, DATE '9999-12-31') > p.paid_on
  WHERE p.amount_cny < s.value
  GROUP BY p.entity, p.payee, p.paid_on, s.value
),
rolled AS (
  SELECT
    *,
    SUM(day_cny) OVER ninety AS sum_cny,
    SUM(payments) OVER ninety AS count_in_all
  FROM daily
  WINDOW ninety AS (PARTITION BY entity, payee ORDER BY paid_on RANGE BETWEEN INTERVAL 89 DAY PRECEDING AND CURRENT ROW)
)
SELECT r.entity, r.payee, r.paid_on, r.paid_on AS since, r.sum_cny, r.entries
FROM rolled AS r
WHERE r.sum_cny >= r.line_cny AND r.count_in_all >= 2
