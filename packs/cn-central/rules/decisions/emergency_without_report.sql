-- An emergency is found when the collective body had not decided within the days after its first payment.
WITH paid AS (
  SELECT entity, matter, MIN(acted_on) AS paid_on, MIN(fact) AS fact
  FROM (
    SELECT entity, matter, paid_on AS acted_on, fact FROM payment WHERE amount > 0
    UNION ALL
    SELECT entity, matter, signed_on AS acted_on, fact FROM contract
  ) AS act
  WHERE acted_on IS NOT NULL
  GROUP BY entity, matter
),
decided AS (
  SELECT entity, matter, MIN(decided_on) AS decided_on
  FROM decision
  WHERE body IN ('party_committee', 'management', 'board', 'shareholders', 'owner') AND final
  GROUP BY entity, matter
),
due AS (
  SELECT
    p.entity, p.matter, p.paid_on, p.fact, n.value AS days_allowed,
    CAST(p.paid_on + INTERVAL '1' DAY * CAST(n.value AS INTEGER) AS DATE) AS last_on
  FROM paid AS p
  JOIN param_emergency_report_days AS n
    ON n.valid_from <= p.paid_on AND COALESCE(n.valid_until > p.paid_on, TRUE)
)
SELECT
  m.entity,
  m.matter,
  p.paid_on AS since,
  [m.fact, p.fact] AS entries,
  p.paid_on,
  d.decided_on,
  DATE_DIFF('day', p.paid_on, d.decided_on) AS days_taken,
  COALESCE(n.day, p.last_on) AS due_on,
  p.days_allowed,
  CASE WHEN d.decided_on IS NULL AND c.today IS NULL THEN 'clock' END AS missing
FROM judged AS m
JOIN due AS p ON p.entity = m.entity AND p.matter = m.matter
LEFT JOIN working_day AS w ON w.day = p.last_on AND NOT w.is_working
LEFT JOIN working_day AS n ON n.is_working AND n.number = w.number + 1
LEFT JOIN decided AS d ON d.entity = m.entity AND d.matter = m.matter
LEFT JOIN clock AS c ON TRUE
WHERE COALESCE(COALESCE(d.decided_on, c.today) > COALESCE(n.day, p.last_on), TRUE)
