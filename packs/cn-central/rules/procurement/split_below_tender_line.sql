-- Contracts below the tender line that, with those of the days before for one project and supplier, reach it.
WITH small AS (
  SELECT
    c.entity,
    c.project,
    c.counterparty,
    c.kind,
    c.contract,
    c.fact,
    c.signed_on,
    c.amount_cny,
    CAST(p.value AS DECIMAL(18, 4)) AS line_cny
  FROM judged AS c
  JOIN param_must_tender_cny AS p
    ON p.category = c.kind AND c.signed_on >= p.valid_from AND (p.valid_until IS NULL OR c.signed_on < p.valid_until)
  WHERE c.amount_cny < CAST(p.value AS DECIMAL(18, 4))
)
SELECT
  a.entity,
  a.project,
  a.counterparty,
  a.kind,
  a.contract,
  a.signed_on AS since,
  a.amount_cny,
  COUNT(*) AS contracts,
  SUM(b.amount_cny) AS sum_cny,
  a.line_cny,
  ARRAY_AGG(b.fact) AS entries
FROM small AS a
JOIN param_tender_split_days AS d
  ON a.signed_on >= d.valid_from AND (d.valid_until IS NULL OR a.signed_on < d.valid_until)
JOIN small AS b
  ON b.entity = a.entity AND b.project = a.project AND b.counterparty = a.counterparty AND b.kind = a.kind
  AND DATE_DIFF('day', b.signed_on, a.signed_on) BETWEEN 0 AND d.value
GROUP BY a.entity, a.project, a.counterparty, a.kind, a.contract, a.signed_on, a.amount_cny, a.line_cny
HAVING COUNT(*) > 1 AND SUM(b.amount_cny) >= a.line_cny
