-- Payments to persons at or above the line between ten in the evening and six in the morning.
SELECT p.entity, p.payment, CAST(p.paid_at AS DATE) AS since, p.amount_cny, [p.fact] AS entries
FROM judged AS p
JOIN param_night_person_line_cny AS s
  ON s.valid_from <= CAST(p.paid_at AS DATE) AND COALESCE(s.valid_until, DATE '9999-12-31') > CAST(p.paid_at AS DATE)
WHERE p.amount_cny >= s.value
  AND (EXTRACT(HOUR FROM p.paid_at) >= 22 OR EXTRACT(HOUR FROM p.paid_at) < 6)
