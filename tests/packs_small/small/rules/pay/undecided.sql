-- A payment above the line of its day is found when no approval of its matter is as early, unless its payee is on a list.
SELECT p.entity, p.payment, p.matter, p.paid_on AS since, [p.fact] AS entries, p.amount, t.value AS limit_cny, p.payee,
  CASE WHEN EXISTS (
    SELECT 1 FROM list_in_force AS l
    WHERE l.entity = p.entity AND l.list = 'free_items' AND l.item = p.payee AND l.valid_from <= p.paid_on
  ) THEN 'free_items' END AS excluded
FROM judged AS p
JOIN param_large_cny AS t ON t.valid_from <= p.paid_on AND COALESCE(t.valid_until, DATE '9999-12-31') > p.paid_on
WHERE p.amount > t.value
  AND NOT EXISTS (
    SELECT 1 FROM decision AS d
    WHERE d.entity = p.entity AND d.matter = p.matter AND d.outcome = 'approved' AND d.decided_on <= p.paid_on
  )
