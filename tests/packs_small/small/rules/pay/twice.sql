-- A payment is found when an earlier one of the same sum went to the same payee within the days.
SELECT p.entity, p.payee, p.payment, p.paid_on AS since, p.amount, count(*) AS earlier, list(q.fact) || [p.fact] AS entries
FROM judged AS p
JOIN payment AS q ON q.entity = p.entity AND q.payee = p.payee AND q.amount = p.amount
JOIN param_twice_days AS t ON t.valid_from <= p.paid_on AND COALESCE(t.valid_until, DATE '9999-12-31') > p.paid_on
WHERE (q.paid_on, q.payment) < (p.paid_on, p.payment) AND p.paid_on - q.paid_on <= LEAST(t.value, 10)
GROUP BY p.entity, p.payee, p.payment, p.paid_on, p.amount, p.fact
