-- Contracts with payments above their amount in all, and the day that passed it.
WITH running AS (
  SELECT
    p.entity,
    p.contract,
    p.fact,
    p.paid_on,
    p.amount_cny,
    SUM(p.amount_cny) OVER (PARTITION BY p.entity, p.contract ORDER BY p.paid_on) AS paid_so_far
  FROM judged AS p
),
totals AS (
  SELECT entity, contract, SUM(amount_cny) AS paid_cny, MAX(paid_on) AS last_on, ARRAY_AGG(fact) AS payments
  FROM running
  GROUP BY entity, contract
),
capped AS (
  SELECT
    t.entity,
    t.contract,
    t.paid_cny,
    t.last_on,
    t.payments,
    c.fact AS contract_fact,
    c.amount_cny AS contract_cny,
    c.kind,
    CAST(c.amount_cny * (100 + p.value) / 100 AS DECIMAL(18, 4)) AS cap_cny
  FROM totals AS t
  JOIN param_contract_overpay_pct AS p
    ON t.last_on >= p.valid_from AND (p.valid_until IS NULL OR t.last_on < p.valid_until)
  LEFT JOIN contract AS c ON c.entity = t.entity AND c.contract = t.contract
),
passed AS (
  SELECT r.entity, r.contract, MIN(r.paid_on) AS passed_on
  FROM running AS r
  JOIN capped AS c ON c.entity = r.entity AND c.contract = r.contract
  WHERE r.paid_so_far > c.cap_cny
  GROUP BY r.entity, r.contract
)
SELECT
  c.entity,
  c.contract,
  COALESCE(o.passed_on, c.last_on) AS since,
  c.paid_cny,
  c.contract_cny,
  c.cap_cny,
  CASE WHEN c.contract_cny > 0 THEN NULL ELSE 'contract.amount_cny' END AS missing,
  CASE WHEN c.contract_fact IS NULL THEN c.payments ELSE LIST_CONCAT(ARRAY[c.contract_fact], c.payments) END AS entries
FROM capped AS c
LEFT JOIN passed AS o ON o.entity = c.entity AND o.contract = c.contract
WHERE COALESCE(c.kind, '') <> 'loan'
  AND (c.contract_cny IS NULL OR c.contract_cny <= 0 OR c.paid_cny > c.cap_cny)
