-- A matter is found when one of its payments went out and no final approval had come by then; an emergency is taken up after.
WITH uncovered AS (
  SELECT p.entity, p.matter, p.payment, p.paid_on, p.paid_at, p.amount, p.currency, p.fact
  FROM judged AS p
  WHERE NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS l
    WHERE l.entity = p.entity AND l.payment = p.payment AND l.list = 'routine_purposes'
  )
  AND NOT EXISTS (
    SELECT 1
    FROM decision AS d
    WHERE d.entity = p.entity
      AND d.matter = p.matter
      AND d.final
      AND d.outcome = 'approved'
      AND (d.decided_on < p.paid_on OR d.decided_at <= p.paid_at)
  )
),
weighed AS (
  SELECT
    p.entity, p.matter, p.payment, p.paid_on, p.amount, p.currency, p.fact,
    MIN(d.decided_on) AS first_approved_on,
    MIN(d.fact) AS approval_fact,
    MAX(CASE
      WHEN d.fact IS NULL THEN 0
      WHEN d.decided_on IS NULL THEN 1
      WHEN d.decided_on = p.paid_on AND (d.decided_at IS NULL OR p.paid_at IS NULL) THEN 1
      ELSE 0
    END) AS is_in_doubt
  FROM uncovered AS p
  LEFT JOIN decision AS d
    ON d.entity = p.entity AND d.matter = p.matter AND d.final AND d.outcome = 'approved'
  GROUP BY p.entity, p.matter, p.payment, p.paid_on, p.amount, p.currency, p.fact
),
emergency AS (
  SELECT DISTINCT entity, matter
  FROM matter
  WHERE emergency
),
refused AS (
  SELECT DISTINCT entity, matter
  FROM decision
  WHERE final AND outcome = 'rejected'
),
first_of_matter AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY entity, matter ORDER BY is_in_doubt, paid_on, payment) AS place
  FROM weighed
)
SELECT
  f.entity,
  f.matter,
  f.paid_on AS since,
  CASE WHEN f.approval_fact IS NULL THEN [f.fact] ELSE [f.fact, f.approval_fact] END AS entries,
  f.payment,
  f.paid_on,
  f.amount,
  f.currency,
  f.first_approved_on,
  CASE
    WHEN f.is_in_doubt = 1 THEN 'decided_at'
    WHEN e.matter IS NOT NULL AND f.approval_fact IS NULL AND r.matter IS NULL THEN 'ratification'
  END AS missing,
  CASE WHEN e.matter IS NOT NULL AND f.approval_fact IS NOT NULL THEN 'emergency_ratified' END AS excluded
FROM first_of_matter AS f
LEFT JOIN emergency AS e ON e.entity = f.entity AND e.matter = f.matter
LEFT JOIN refused AS r ON r.entity = f.entity AND r.matter = f.matter
WHERE f.place = 1
