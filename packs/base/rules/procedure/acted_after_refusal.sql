-- A matter is found when it was paid after a refusal that no final approval had lifted by then.
WITH spent AS (
  SELECT j.entity, j.matter, j.payment, j.paid_on, j.paid_at, j.amount, j.currency, j.fact
  FROM judged AS j
  WHERE NOT EXISTS (
    SELECT 1
    FROM listed_purposes AS l
    WHERE l.entity = j.entity AND l.payment = j.payment AND l.list = 'routine_purposes'
  )
),
step AS (
  SELECT
    entity, matter, decision, outcome, final, decided_on, decided_at, proposal, fact,
    CASE body WHEN 'owner' THEN 5 WHEN 'shareholders' THEN 4 WHEN 'management' THEN 2 WHEN 'officer' THEN 1 ELSE 3 END AS height
  FROM decision
  WHERE outcome = 'rejected' OR (final AND outcome = 'approved')
),
placed AS (
  SELECT
    p.payment, d.*,
    CASE
      WHEN d.decided_on < p.paid_on OR d.decided_at <= p.paid_at THEN 'before'
      WHEN d.decided_on > p.paid_on OR d.decided_at > p.paid_at THEN 'after'
      ELSE 'unknown'
    END AS stands
  FROM spent AS p
  JOIN step AS d ON d.entity = p.entity AND d.matter = p.matter
),
lifted AS (
  -- For each refusal up to a payment: whether an approval up to it lifts the refusal, or may lift it.
  SELECT
    r.entity, r.matter, r.payment, r.decision, r.decided_on AS refused_on, r.fact AS refused_fact, r.stands,
    MAX(CASE WHEN a.stands = 'before' THEN a.decided_on END) AS approved_on,
    MAX(CASE
      WHEN a.stands = 'before' AND (
        a.height > r.height OR a.proposal <> r.proposal OR a.decided_on > r.decided_on OR a.decided_at >= r.decided_at
      ) THEN 1
      ELSE 0
    END) AS is_lifted,
    MAX(CASE
      WHEN a.fact IS NULL THEN 0
      WHEN a.stands = 'unknown' THEN 1
      WHEN a.decided_on IS NULL OR r.decided_on IS NULL THEN 1
      WHEN a.decided_on = r.decided_on AND (a.decided_at IS NULL OR r.decided_at IS NULL) THEN 1
      ELSE 0
    END) AS may_be_lifted
  FROM placed AS r
  LEFT JOIN placed AS a
    ON a.entity = r.entity
    AND a.matter = r.matter
    AND a.payment = r.payment
    AND a.outcome = 'approved'
    AND a.stands <> 'after'
  WHERE r.outcome = 'rejected' AND r.stands <> 'after'
  GROUP BY r.entity, r.matter, r.payment, r.decision, r.decided_on, r.fact, r.stands
),
answered AS (
  SELECT
    l.entity, l.matter, l.payment, p.paid_on, p.amount, p.currency, l.refused_on, l.approved_on,
    [p.fact, l.refused_fact] AS entries,
    CASE WHEN l.stands = 'unknown' OR l.may_be_lifted = 1 THEN 1 ELSE 0 END AS is_in_doubt,
    ROW_NUMBER() OVER (
      PARTITION BY l.entity, l.matter
      ORDER BY CASE WHEN l.stands = 'unknown' OR l.may_be_lifted = 1 THEN 1 ELSE 0 END, p.paid_on, l.payment, l.refused_on DESC, l.decision
    ) AS place
  FROM lifted AS l
  JOIN spent AS p ON p.entity = l.entity AND p.payment = l.payment
  WHERE l.is_lifted = 0
),
emergency AS (
  SELECT DISTINCT entity, matter
  FROM matter
  WHERE emergency
),
taken_up AS (
  SELECT
    a.entity, a.matter,
    MAX(CASE WHEN d.outcome = 'approved' THEN 1 ELSE 0 END) AS is_approved,
    MAX(CASE WHEN d.outcome = 'rejected' AND d.final THEN 1 ELSE 0 END) AS is_refused
  FROM answered AS a
  JOIN placed AS d ON d.entity = a.entity AND d.matter = a.matter AND d.payment = a.payment AND d.stands = 'after'
  WHERE a.place = 1
  GROUP BY a.entity, a.matter
)
SELECT
  a.entity,
  a.matter,
  a.paid_on AS since,
  a.entries,
  a.payment,
  a.paid_on,
  a.amount,
  a.currency,
  a.refused_on,
  a.approved_on,
  CASE
    WHEN a.is_in_doubt = 1 THEN 'decided_at'
    WHEN e.matter IS NOT NULL AND COALESCE(t.is_approved + t.is_refused, 0) = 0 THEN 'ratification'
  END AS missing,
  CASE WHEN e.matter IS NOT NULL AND t.is_approved = 1 THEN 'emergency_ratified' END AS excluded
FROM answered AS a
LEFT JOIN emergency AS e ON e.entity = a.entity AND e.matter = a.matter
LEFT JOIN taken_up AS t ON t.entity = a.entity AND t.matter = a.matter
WHERE a.place = 1
