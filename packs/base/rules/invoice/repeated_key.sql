-- A number is found when more than one invoice of an entity's side carries it.
SELECT
  entity,
  side,
  invoice,
  COALESCE(MAX(issued_on), CAST(MAX(received_at) AS DATE), DATE '2000-01-01') AS since,
  ARRAY_AGG(fact) AS entries,
  COUNT(*) AS invoices,
  SUM(CASE WHEN status = 'void' THEN 1 ELSE 0 END) AS voids,
  MIN(issued_on) AS first_on,
  MAX(issued_on) AS last_on,
  MIN(counterparty) AS one_counterparty,
  MAX(counterparty) AS other_counterparty
FROM judged
GROUP BY entity, side, invoice
HAVING COUNT(*) > 1
