-- An entity's side is found when the share of its void invoices of the last months passes the line.
WITH latest AS (
  SELECT entity, side, MAX(issued_on) AS since
  FROM judged
  GROUP BY entity, side
),
recent AS (
  SELECT j.entity, j.side, l.since, j.counterparty, j.currency, j.gross, j.status, j.fact
  FROM judged AS j
  JOIN latest AS l ON l.entity = j.entity AND l.side = j.side
  JOIN param_void_months AS m ON m.valid_from <= l.since AND COALESCE(m.valid_until > l.since, TRUE)
  WHERE j.issued_on > l.since - INTERVAL '1' MONTH * CAST(m.value AS INTEGER)
),
met AS (
  -- An invoice that a red one of the same size meets counts as void; the red one is no invoice of its own.
  SELECT
    entity, side, since,
    SUM(CASE WHEN status = 'void' OR gross >= 0 THEN 1 ELSE 0 END) AS invoices,
    SUM(CASE WHEN status = 'void' THEN 1 ELSE 0 END)
      + LEAST(SUM(CASE WHEN status = 'valid' AND gross > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'valid' AND gross < 0 THEN 1 ELSE 0 END))
      AS voids,
    MIN(CASE WHEN status = 'void' OR gross < 0 THEN fact END) AS first_fact,
    MAX(CASE WHEN status = 'void' OR gross < 0 THEN fact END) AS last_fact
  FROM recent
  GROUP BY entity, side, since, counterparty, currency, ABS(gross)
),
counted AS (
  SELECT
    entity, side, since,
    SUM(invoices) AS invoices,
    SUM(voids) AS voids,
    MIN(first_fact) AS first_fact,
    MAX(last_fact) AS last_fact
  FROM met
  GROUP BY entity, side, since
)
SELECT
  c.entity,
  c.side,
  c.since,
  CASE WHEN c.first_fact = c.last_fact THEN [c.first_fact] ELSE [c.first_fact, c.last_fact] END AS entries,
  CAST(c.voids AS BIGINT) AS voids,
  CAST(c.invoices AS BIGINT) AS invoices,
  CAST(100.0 * c.voids / c.invoices AS DECIMAL(9, 6)) AS void_share_pct,
  s.value AS void_share_max
FROM counted AS c
JOIN param_void_share_max AS s ON s.valid_from <= c.since AND COALESCE(s.valid_until > c.since, TRUE)
JOIN param_void_count_min AS n ON n.valid_from <= c.since AND COALESCE(n.valid_until > c.since, TRUE)
WHERE c.invoices >= n.value AND c.invoices > 0 AND c.voids > s.value * c.invoices
