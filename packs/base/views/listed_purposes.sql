-- Each payment with each list of purposes on which every level with such a list that day has the purpose.
WITH hit AS (
  SELECT p.entity, p.payment, p.paid_on, l.list, COUNT(DISTINCT l.distance) AS levels_with_it
  FROM judged AS p
  JOIN list_in_force AS l
    ON l.entity = p.entity
    AND l.item = p.purpose
    AND l.valid_from <= p.paid_on
    AND COALESCE(l.valid_until > p.paid_on, TRUE)
  WHERE l.list IN ('routine_purposes', 'returning_purposes', 'person_payment_purposes')
  GROUP BY p.entity, p.payment, p.paid_on, l.list
)
SELECT h.entity, h.payment, h.list
FROM hit AS h
JOIN list_in_force AS l
  ON l.entity = h.entity
  AND l.list = h.list
  AND l.valid_from <= h.paid_on
  AND COALESCE(l.valid_until > h.paid_on, TRUE)
GROUP BY h.entity, h.payment, h.list, h.levels_with_it
HAVING COUNT(DISTINCT l.distance) = h.levels_with_it
