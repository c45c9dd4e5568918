-- A payment is found when an earlier one of the same sum, payee and invoice is in force and has not come back.
WITH repeated AS (
  SELECT entity, payee, currency, ABS(amount) AS size
  FROM payment
  GROUP BY entity, payee, currency, ABS(amount)
  HAVING COUNT(CASE WHEN amount > 0 THEN 1 END) > 1
),
named AS (
  SELECT
    p.entity, p.payee, p.payment, p.paid_on, p.amount, p.currency, p.invoice, p.purpose, p.fact, r.size,
    CASE
      WHEN p.invoice IS NOT NULL THEN 'invoice ' || p.invoice
      ELSE CAST(p.paid_on AS VARCHAR) || ' ' || COALESCE(p.contract, '') || ' ' || COALESCE(p.purpose, '') || ' ' || COALESCE(p.note, '')
    END AS same_thing
  FROM payment AS p
  JOIN repeated AS r
    ON r.entity = p.entity AND r.payee = p.payee AND r.currency = p.currency AND r.size = ABS(p.amount)
  WHERE p.paid_on IS NOT NULL
),
compared AS (
  SELECT
    p.entity, p.payee, p.payment, p.paid_on, p.amount, p.currency, p.invoice, p.purpose,
    SUM(CASE WHEN q.amount > 0 THEN 1 ELSE -1 END) AS standing,
    MIN(CASE
      WHEN q.amount > 0 AND (q.paid_on < p.paid_on OR (q.paid_on = p.paid_on AND q.payment < p.payment)) THEN q.payment
    END) AS earlier_payment,
    ARRAY_AGG(q.fact) AS entries
  FROM named AS p
  JOIN named AS q
    ON q.entity = p.entity
    AND q.payee = p.payee
    AND q.currency = p.currency
    AND q.size = p.size
    AND q.same_thing = p.same_thing
  JOIN param_duplicate_days AS t
    ON t.valid_from <= p.paid_on AND COALESCE(t.valid_until, DATE '9999-12-31') > p.paid_on
  WHERE p.amount > 0 AND ABS(DATE_DIFF('day', q.paid_on, p.paid_on)) <= LEAST(t.value, 90)
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
JOIN judged AS j ON j.entity = c.entity AND j.payment = c.payment
WHERE c.standing >= 2
  AND c.earlier_payment IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM list_in_force AS l
    WHERE l.entity = c.entity
      AND l.list = 'routine_purposes'
      AND l.item = c.purpose
      AND l.valid_from <= c.paid_on
      AND COALESCE(l.valid_until, DATE '9999-12-31') > c.paid_on
  )
