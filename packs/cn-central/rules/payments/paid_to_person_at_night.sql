-- Payments to persons at or above the line, made in the night by China Standard Time, eight hours ahead of UTC.
WITH placed AS (
  SELECT
    p.entity,
    p.payment,
    p.payee,
    p.fact,
    p.amount_cny,
    p.purpose,
    CAST(p.paid_at AS DATE) AS local_day,
    EXTRACT(HOUR FROM p.paid_at) AS local_hour
  FROM judged AS p
)
SELECT
  p.entity,
  p.payment,
  p.local_day AS since,
  p.payee,
  p.amount_cny,
  p.purpose,
  p.local_hour,
  ARRAY[p.fact] AS entries
FROM placed AS p
JOIN param_night_from_hour AS f
  ON p.local_day >= f.valid_from AND (f.valid_until IS NULL OR p.local_day < f.valid_until)
JOIN param_night_until_hour AS u
  ON p.local_day >= u.valid_from AND (u.valid_until IS NULL OR p.local_day < u.valid_until)
JOIN param_night_person_payment_cny AS c
  ON p.local_day >= c.valid_from AND (c.valid_until IS NULL OR p.local_day < c.valid_until)
WHERE p.amount_cny >= c.value
  AND (p.local_hour >= f.value OR p.local_hour < u.value)
  AND NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS l
    WHERE l.entity = p.entity AND l.payment = p.payment AND l.list = 'person_payment_purposes'
  )
