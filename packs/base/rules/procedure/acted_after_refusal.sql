-- A matter is found when it was paid after a refusal that no final approval had lifted by then.
WITH placed AS (
  SELECT
    p.entity, p.matter, p.payment, p.paid_on, p.amount, p.currency, p.fact AS paid_fact,
    d.fact, d.outcome, d.decided_on, d.decided_at,
    CASE
      WHEN d.decided_on < p.paid_on OR d.decided_at <= p.paid_at THEN 'before'
      WHEN d.decided_on > p.paid_on OR d.decided_at > p.paid_at THEN 'after'
      ELSE 'unknown'
    END AS stands
  FROM judged AS p
  JOIN decision AS d ON d.entity = p.entity AND d.matter = p.matter
  WHERE d.outcome = 'rejected' OR (d.final AND d.outcome = 'approved')
),
weighed AS (
  SELECT
    entity, matter, payment, paid_on, amount, currency,
    LIST_CONCAT([paid_fact], ARRAY_AGG(fact)) AS entries,
    MAX(CASE WHEN stands = 'before' AND outcome = 'rejected' THEN decided_on END) AS refused_on,
    MAX(CASE WHEN stands = 'before' AND outcome = 'rejected' THEN decided_at END) AS refused_at,
    MAX(CASE WHEN stands = 'before' AND outcome = 'approved' THEN decided_on END) AS approved_on,
    MAX(CASE WHEN stands = 'before' AND outcome = 'approved' THEN decided_at END) AS approved_at,
    MAX(CASE WHEN stands = 'unknown' THEN 1 ELSE 0 END) AS is_out_of_order,
    MAX(CASE WHEN decided_at IS NULL THEN 1 ELSE 0 END) AS is_without_instant,
    MAX(CASE WHEN outcome = 'rejected' AND stands <> 'after' THEN 1 ELSE 0 END) AS may_be_refused
  FROM placed
  GROUP BY entity, matter, payment, paid_on, amount, currency, paid_fact
),
answered AS (
  SELECT
    *,
    CASE
      WHEN may_be_refused = 0 THEN 'clear'
      WHEN is_out_of_order = 1 THEN 'unknown'
      WHEN approved_on IS NULL OR refused_on > approved_on THEN 'refused'
      WHEN refused_on < approved_on THEN 'clear'
      WHEN is_without_instant = 1 THEN 'unknown'
      WHEN refused_at > approved_at THEN 'refused'
      ELSE 'clear'
    END AS answer
  FROM weighed
),
first_of_matter AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY entity, matter ORDER BY answer, paid_on, payment) AS place
  FROM answered
  WHERE answer <> 'clear'
)
SELECT
  entity,
  matter,
  paid_on AS since,
  entries,
  payment,
  paid_on,
  amount,
  currency,
  refused_on,
  approved_on,
  CASE WHEN answer = 'unknown' THEN 'decided_at' END AS missing
FROM first_of_matter
WHERE place = 1
