-- An entity's side is found when one counterparty has at least the given share of its gross.
WITH by_counterparty AS (
  SELECT
    entity, side, currency, counterparty,
    SUM(gross) AS counterparty_gross,
    COUNT(*) AS counterparty_count,
    CASE WHEN MIN(fact) = MAX(fact) THEN [MIN(fact)] ELSE [MIN(fact), MAX(fact)] END AS entries
  FROM judged
  GROUP BY entity, side, currency, counterparty
),
by_month AS (
  SELECT entity, side, currency, DATE_TRUNC('month', issued_on) AS month, COUNT(*) AS invoices, MAX(issued_on) AS latest_on
  FROM judged
  GROUP BY entity, side, currency, DATE_TRUNC('month', issued_on)
),
whole AS (
  SELECT entity, side, currency, SUM(invoices) AS invoices, COUNT(*) AS months, MAX(latest_on) AS since
  FROM by_month
  GROUP BY entity, side, currency
),
ranked AS (
  SELECT
    *,
    SUM(CASE WHEN counterparty_gross > 0 THEN counterparty_gross ELSE 0 END)
      OVER (PARTITION BY entity, side, currency) AS all_gross,
    ROW_NUMBER() OVER (PARTITION BY entity, side, currency ORDER BY counterparty_gross DESC, counterparty) AS place
  FROM by_counterparty
),
compared AS (
  SELECT
    r.entity, r.side, r.currency, w.since, r.entries, r.counterparty, r.counterparty_gross, r.counterparty_count, r.all_gross,
    CAST(w.invoices AS BIGINT) AS invoices,
    w.months,
    ROW_NUMBER() OVER (
      PARTITION BY r.entity, r.side
      ORDER BY CASE WHEN r.all_gross > 0 THEN 0 ELSE 1 END, r.counterparty_gross / NULLIF(r.all_gross, 0) DESC, r.currency
    ) AS first_place
  FROM ranked AS r
  JOIN whole AS w ON w.entity = r.entity AND w.side = r.side AND w.currency = r.currency
  JOIN param_counterparty_share_max AS s
    ON s.valid_from <= w.since AND COALESCE(s.valid_until > w.since, TRUE)
  JOIN param_counterparty_count_min AS n
    ON n.valid_from <= w.since AND COALESCE(n.valid_until > w.since, TRUE)
  JOIN param_counterparty_months_min AS m
    ON m.valid_from <= w.since AND COALESCE(m.valid_until > w.since, TRUE)
  WHERE r.place = 1
    AND w.invoices >= n.value
    AND w.months >= m.value
    AND (r.all_gross <= 0 OR r.counterparty_gross >= s.value * r.all_gross)
)
SELECT
  entity,
  side,
  since,
  entries,
  counterparty,
  counterparty_gross,
  counterparty_count,
  all_gross,
  currency,
  invoices,
  months,
  CASE WHEN all_gross > 0 THEN CAST(100.0 * counterparty_gross / all_gross AS DECIMAL(9, 6)) END AS share_pct,
  CASE WHEN all_gross <= 0 THEN 'gross' END AS missing
FROM compared
WHERE first_place = 1
