-- An entity's side is found when the share of its void invoices passes the line and there are enough of them.
WITH counted AS (
  SELECT
    entity, side,
    COUNT(*) AS invoices,
    SUM(CASE WHEN status = 'void' THEN 1 ELSE 0 END) AS voids,
    COALESCE(MAX(issued_on), CAST(MAX(received_at) AS DATE), DATE '2000-01-01') AS since,
    MIN(CASE WHEN status = 'void' THEN fact END) AS first_fact,
    MAX(CASE WHEN status = 'void' THEN fact END) AS last_fact
  FROM judged
  GROUP BY entity, side
)
SELECT
  c.entity,
  c.side,
  c.since,
  CASE WHEN c.first_fact = c.last_fact THEN [c.first_fact] ELSE [c.first_fact, c.last_fact] END AS entries,
  c.voids,
  c.invoices,
  CAST(100.0 * c.voids / c.invoices AS DECIMAL(9, 6)) AS void_share_pct,
  s.value AS void_share_max
FROM counted AS c
JOIN param_void_share_max AS s
  ON s.valid_from <= c.since AND COALESCE(s.valid_until, DATE '9999-12-31') > c.since
JOIN param_void_count_min AS n
  ON n.valid_from <= c.since AND COALESCE(n.valid_until, DATE '9999-12-31') > c.since
WHERE c.invoices >= n.value AND c.voids > s.value * c.invoices
