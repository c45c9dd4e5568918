-- A payment is found when an earlier one of the same sum, payee and invoice stands and has not come back.
WITH named AS (
  SELECT
    entity, payee, payment, paid_on, amount, currency, invoice, purpose, fact,
    CASE
      WHEN invoice IS NOT NULL THEN 'invoice ' || invoice
      ELSE CAST(paid_on AS VARCHAR) || ' ' || COALESCE(contract, '') || ' ' || COALESCE(purpose, '') || ' ' || COALESCE(note, '')
    END AS same_thing
  FROM payment
),
compared AS (
  SELECT
    p.entity, p.payee, p.payment, p.paid_on, p.amount, p.currency, p.invoice, p.purpose,
    SUM(CASE WHEN q.amount > 0 THEN 1 ELSE -1 END) AS standing,
    MIN(CASE
      WHEN q.amount > 0 AND (q.paid_on < p.paid_on OR (q.paid_on = p.paid_on AND q.payment < p.payment)) THEN q.payment
    END) AS earlier_payment,
    ARRAY_AGG(q.fact) AS entries
  FROM judged AS j
  JOIN named AS p ON p.fact = j.fact AND p.entity = j.entity AND p.payment = j.payment
  JOIN named AS q
    ON q.entity = p.entity
    AND q.payee = p.payee
    AND q.currency = p.currency
    AND ABS(q.amount) = p.amount
    AND q.same_thing = p.same_thing
  JOIN param_duplicate_days AS t
    ON t.valid_from <= p.paid_on AND (t.valid_until IS NULL OR t.valid_until > p.paid_on)
  WHERE ABS(DATE_DIFF('day', q.paid_on, p.paid_on)) <= LEAST(t.value, 90)
  GROUP BY p.entity, p.payee, p.payment, p.paid_on, p.amount, p.currency, p.invoice, p.purpose
)
SELECT
  c.entity,
  c.payment,
  c.payee,
  c.paid_on AS since,
  c.entries,
  c.amount,
  c.currency,
  c.invoice,
  c.earlier_payment
FROM compared AS c
WHERE c.standing >= 2
  AND c.earlier_payment IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM list_in_force AS l
    WHERE l.entity = c.entity
      AND l.list = 'routine_purposes'
      AND l.item = c.purpose
      AND l.valid_from <= c.paid_on
      AND (l.valid_until IS NULL OR l.valid_until > c.paid_on)
  )
