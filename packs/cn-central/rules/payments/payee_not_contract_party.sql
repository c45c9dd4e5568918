-- Payments under a contract to a payee other than its counterparty.
SELECT
  p.entity,
  p.contract,
  p.payment,
  p.paid_on AS since,
  p.payee,
  c.counterparty,
  p.amount,
  p.currency,
  CASE WHEN c.counterparty IS NULL THEN 'contract' END AS missing,
  CASE WHEN c.fact IS NULL THEN ARRAY[p.fact] ELSE ARRAY[p.fact, c.fact] END AS entries
FROM judged AS p
LEFT JOIN contract AS c ON c.entity = p.entity AND c.contract = p.contract
WHERE (c.counterparty IS NULL OR TRIM(p.payee) <> TRIM(c.counterparty))
  AND NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS l
    WHERE l.entity = p.entity AND l.payment = p.payment AND l.list = 'routine_purposes'
  )
