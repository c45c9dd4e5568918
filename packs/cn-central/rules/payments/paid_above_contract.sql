-- Contracts with payments above their amount in all, in the contract's own currency where both name it.
WITH priced AS (
  SELECT
    p.entity, p.contract, p.fact, p.paid_on, p.amount, p.amount_cny, p.currency,
    c.fact AS contract_fact, c.amount AS contract_amount, c.amount_cny AS contract_cny, c.currency AS contract_currency, c.kind,
    MIN(CASE WHEN p.currency = c.currency THEN 1 ELSE 0 END) OVER (PARTITION BY p.entity, p.contract) AS is_one_currency
  FROM judged AS p
  LEFT JOIN contract AS c ON c.entity = p.entity AND c.contract = p.contract
  WHERE COALESCE(p.nature, 'price') NOT IN ('deposit', 'deposit_return', 'loan', 'repayment', 'interest', 'dividend')
    AND (
      p.nature IS NOT NULL
      OR NOT EXISTS (
        SELECT 1
        FROM listed_purposes AS l
        WHERE l.entity = p.entity AND l.payment = p.payment AND l.list = 'returning_purposes' AND p.amount > 0
      )
    )
),
counted AS (
  SELECT
    entity, contract, fact, paid_on, contract_fact, kind, contract_currency,
    CASE WHEN is_one_currency = 1 THEN amount ELSE amount_cny END AS amount,
    CASE WHEN is_one_currency = 1 THEN contract_amount ELSE contract_cny END AS contract_amount,
    CASE WHEN is_one_currency = 1 THEN contract_currency ELSE 'CNY' END AS currency
  FROM priced
),
running AS (
  SELECT *, SUM(amount) OVER (PARTITION BY entity, contract ORDER BY paid_on) AS paid_so_far
  FROM counted
),
totals AS (
  SELECT
    entity, contract, contract_fact, contract_amount, kind, currency,
    SUM(amount) AS paid,
    SUM(CASE WHEN amount IS NULL THEN 1 ELSE 0 END) AS not_converted,
    MAX(paid_on) AS last_on,
    ARRAY_AGG(fact) AS payments
  FROM running
  GROUP BY entity, contract, contract_fact, contract_amount, kind, currency
),
capped AS (
  SELECT t.*, CAST(t.contract_amount * (100 + p.value) / 100 AS DECIMAL(18, 4)) AS cap
  FROM totals AS t
  JOIN param_contract_overpay_pct AS p
    ON t.last_on >= p.valid_from AND (p.valid_until IS NULL OR t.last_on < p.valid_until)
),
passed AS (
  SELECT r.entity, r.contract, MIN(r.paid_on) AS passed_on
  FROM running AS r
  JOIN capped AS c ON c.entity = r.entity AND c.contract = r.contract
  WHERE r.paid_so_far > c.cap
  GROUP BY r.entity, r.contract
)
SELECT
  c.entity,
  c.contract,
  COALESCE(o.passed_on, c.last_on) AS since,
  c.paid AS paid,
  c.contract_amount,
  c.cap,
  c.currency,
  CASE
    WHEN c.contract_amount > 0 AND c.paid > c.cap THEN NULL
    WHEN COALESCE(c.contract_amount, 0) <= 0 THEN 'contract.amount_cny'
    ELSE 'amount_cny'
  END AS missing,
  CASE WHEN c.contract_fact IS NULL THEN c.payments ELSE LIST_CONCAT(ARRAY[c.contract_fact], c.payments) END AS entries
FROM capped AS c
LEFT JOIN passed AS o ON o.entity = c.entity AND o.contract = c.contract
WHERE COALESCE(c.kind, '') <> 'loan'
  AND (c.contract_amount IS NULL OR c.contract_amount <= 0 OR c.paid > c.cap OR c.not_converted > 0)
