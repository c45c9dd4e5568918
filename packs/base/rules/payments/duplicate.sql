-- A payment is found when an earlier one of the same sum, payee and invoice is in force, has not come back, and is no instalment.
WITH named AS (
  SELECT
    j.entity, j.payee, j.payment, j.paid_on, j.amount, j.currency, j.invoice, j.fact,
    CASE
      WHEN j.invoice IS NOT NULL THEN 'invoice ' || j.invoice
      ELSE CAST(j.paid_on AS VARCHAR) || ' ' || COALESCE(j.contract, '') || ' ' || COALESCE(j.purpose, '') || ' ' || COALESCE(j.note, '')
    END AS same_thing
  FROM judged AS j
  WHERE NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS l
    WHERE l.entity = j.entity AND l.payment = j.payment AND l.list IN ('routine_purposes', 'returning_purposes')
  )
),
compared AS (
  SELECT
    p.entity, p.payee, p.payment, p.paid_on, p.amount, p.currency, p.invoice, p.same_thing,
    COUNT(*) AS paid_times,
    MIN(CASE WHEN q.paid_on < p.paid_on OR (q.paid_on = p.paid_on AND q.payment < p.payment) THEN q.payment END) AS earlier_payment,
    LIST(q.payment) AS alike,
    ARRAY_AGG(q.fact) AS entries
  FROM named AS p
  JOIN named AS q
    ON q.entity = p.entity
    AND q.payee = p.payee
    AND q.currency = p.currency
    AND q.amount = p.amount
    AND q.same_thing = p.same_thing
  JOIN param_duplicate_days AS t ON t.valid_from <= p.paid_on AND COALESCE(t.valid_until > p.paid_on, TRUE)
  WHERE ABS(DATE_DIFF('day', q.paid_on, p.paid_on)) <= t.value
  GROUP BY p.entity, p.payee, p.payment, p.paid_on, p.amount, p.currency, p.invoice, p.same_thing
  HAVING COUNT(*) > 1
),
returned AS (
  -- What came back names the payment, or the invoice, or is of the same size and names neither.
  SELECT c.entity, c.payment, SUM(-r.amount) AS returned
  FROM compared AS c
  JOIN payment AS r
    ON r.entity = c.entity AND r.payee = c.payee AND r.currency = c.currency AND r.amount < 0
  JOIN param_duplicate_days AS t ON t.valid_from <= c.paid_on AND COALESCE(t.valid_until > c.paid_on, TRUE)
  JOIN param_duplicate_return_days AS d ON d.valid_from <= c.paid_on AND COALESCE(d.valid_until > c.paid_on, TRUE)
  WHERE DATE_DIFF('day', c.paid_on, r.paid_on) BETWEEN -t.value AND d.value
    AND CASE
      WHEN r.answers IS NOT NULL THEN LIST_CONTAINS(c.alike, r.answers)
      WHEN r.invoice IS NOT NULL THEN r.invoice = c.invoice
      ELSE r.amount = -c.amount
    END
  GROUP BY c.entity, c.payment
),
billed AS (
  SELECT c.entity, c.payment, SUM(b.gross) AS gross
  FROM compared AS c
  JOIN invoice AS b
    ON b.entity = c.entity
    AND b.invoice = c.invoice
    AND b.currency = c.currency
    AND COALESCE(b.counterparty, c.payee) = c.payee
  WHERE b.side = 'input' AND COALESCE(b.status, 'valid') = 'valid'
  GROUP BY c.entity, c.payment
),
settled AS (
  SELECT c.entity, c.payment, SUM(q.amount) AS paid
  FROM compared AS c
  JOIN payment AS q ON q.entity = c.entity AND q.payee = c.payee AND q.currency = c.currency AND q.invoice = c.invoice
  JOIN param_duplicate_return_days AS d ON d.valid_from <= c.paid_on AND COALESCE(d.valid_until > c.paid_on, TRUE)
  WHERE ABS(DATE_DIFF('day', q.paid_on, c.paid_on)) <= d.value
  GROUP BY c.entity, c.payment
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
LEFT JOIN returned AS r ON r.entity = c.entity AND r.payment = c.payment
LEFT JOIN settled AS s ON s.entity = c.entity AND s.payment = c.payment
LEFT JOIN billed AS b ON b.entity = c.entity AND b.payment = c.payment
WHERE c.earlier_payment IS NOT NULL
  AND c.paid_times - FLOOR(COALESCE(r.returned, 0) / c.amount) >= 2
  AND COALESCE(s.paid > b.gross, TRUE)
