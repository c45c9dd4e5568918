-- A number is found when one issuer's series has it on invoices of more than one counterparty, day or status.
WITH issued AS (
  -- The issuer of what is taken is the counterparty; the issuer of what is given is the entity itself.
  SELECT
    entity, side, invoice, issued_on, received_at, status, counterparty, fact,
    CASE WHEN side = 'input' THEN counterparty ELSE entity END AS issuer,
    COALESCE(series, '') AS series
  FROM judged
),
counted AS (
  SELECT
    entity, side, invoice, issuer, series,
    COALESCE(MAX(issued_on), CAST(MAX(received_at) AS DATE)) AS since,
    ARRAY_AGG(fact) AS entries,
    COUNT(DISTINCT [COALESCE(counterparty, ''), COALESCE(CAST(issued_on AS VARCHAR), ''), COALESCE(status, '')]) AS invoices,
    SUM(CASE WHEN status = 'void' THEN 1 ELSE 0 END) AS voids,
    MIN(issued_on) AS first_on,
    MAX(issued_on) AS last_on,
    MIN(counterparty) AS one_counterparty,
    MAX(counterparty) AS other_counterparty,
    MAX(CASE WHEN counterparty IS NULL THEN 1 ELSE 0 END) AS is_unnamed,
    MAX(CASE WHEN issued_on IS NULL THEN 1 ELSE 0 END) AS is_undated
  FROM issued
  GROUP BY entity, side, invoice, issuer, series
),
numbered AS (
  SELECT
    *,
    COUNT(*) OVER (PARTITION BY entity, side, invoice) AS issuers,
    MAX(is_unnamed) OVER (PARTITION BY entity, side, invoice) AS has_unnamed,
    ROW_NUMBER() OVER (
      PARTITION BY entity, side, invoice
      ORDER BY CASE WHEN invoices > 1 AND is_unnamed = 0 AND is_undated = 0 THEN 0 ELSE 1 END, issuer, series
    ) AS place
  FROM counted
),
answered AS (
  SELECT
    *,
    CASE
      WHEN invoices > 1 AND is_unnamed = 0 AND is_undated = 0 THEN NULL
      WHEN has_unnamed = 1 THEN 'counterparty'
      ELSE 'issued_on'
    END AS missing
  FROM numbered
  WHERE place = 1
    AND (invoices > 1 OR (issuers > 1 AND side = 'input' AND has_unnamed = 1))
)
SELECT
  entity,
  side,
  invoice,
  COALESCE(since, DATE '2000-01-01') AS since,
  entries,
  invoices,
  voids,
  first_on,
  last_on,
  one_counterparty,
  other_counterparty,
  missing
FROM answered
