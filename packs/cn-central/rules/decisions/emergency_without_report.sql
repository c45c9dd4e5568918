-- An emergency is found when the collective body had not decided within the days after its first payment.
WITH paid AS (
  SELECT entity, matter, MIN(paid_on) AS paid_on, MIN(fact) AS fact
  FROM payment
  WHERE paid_on IS NOT NULL
  GROUP BY entity, matter
),
decided AS (
  SELECT entity, matter, MIN(decided_on) AS decided_on
  FROM decision
  WHERE body <> 'officer' AND final
  GROUP BY entity, matter
)
SELECT
  m.entity,
  m.matter,
  p.paid_on AS since,
  [m.fact, p.fact] AS entries,
  p.paid_on,
  d.decided_on,
  DATE_DIFF('day', p.paid_on, d.decided_on) AS days_taken,
  CAST(p.paid_on + INTERVAL '1' DAY * CAST(n.value AS INTEGER) AS DATE) AS due_on,
  n.value AS days_allowed,
  CASE WHEN d.decided_on IS NULL AND c.today IS NULL THEN 'clock' END AS missing
FROM judged AS m
JOIN paid AS p ON p.entity = m.entity AND p.matter = m.matter
JOIN param_emergency_report_days AS n
  ON n.valid_from <= p.paid_on AND COALESCE(n.valid_until, DATE '9999-12-31') > p.paid_on
LEFT JOIN decided AS d ON d.entity = m.entity AND d.matter = m.matter
LEFT JOIN clock AS c ON TRUE
WHERE COALESCE(DATE_DIFF('day', p.paid_on, COALESCE(d.decided_on, c.today)) > n.value, TRUE)
