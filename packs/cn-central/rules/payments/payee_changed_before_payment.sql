-- Payments made within so many days after the payee's details were changed.
SELECT
  p.entity,
  p.payment,
  p.paid_on AS since,
  p.payee,
  p.payee_account,
  p.amount,
  p.currency,
  p.payee_changed_on,
  DATE_DIFF('day', p.payee_changed_on, p.paid_on) AS days_after,
  ARRAY[p.fact] AS entries
FROM judged AS p
JOIN param_payee_change_days AS d
  ON p.paid_on >= d.valid_from AND (d.valid_until IS NULL OR p.paid_on < d.valid_until)
WHERE DATE_DIFF('day', p.payee_changed_on, p.paid_on) BETWEEN 0 AND d.value
