-- A matter is found when a refusal of it came after one of its payments.
WITH placed AS (
  SELECT
    p.entity, p.matter, p.payment, p.paid_on, p.amount, p.currency, p.fact AS paid_fact,
    d.fact, d.decision, d.decided_on,
    CASE
      WHEN d.decided_on > p.paid_on OR d.decided_at > p.paid_at THEN 'after'
      WHEN d.decided_on < p.paid_on OR d.decided_at <= p.paid_at THEN 'before'
      ELSE 'unknown'
    END AS stands
  FROM judged AS p
  JOIN decision AS d ON d.entity = p.entity AND d.matter = p.matter
  WHERE d.outcome = 'rejected'
),
first_of_matter AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY entity, matter ORDER BY stands, decided_on, decision, paid_on, payment) AS place
  FROM placed
  WHERE stands <> 'before'
)
SELECT
  entity,
  matter,
  COALESCE(decided_on, paid_on) AS since,
  [paid_fact, fact] AS entries,
  payment,
  paid_on,
  amount,
  currency,
  decision,
  decided_on AS refused_on,
  CASE WHEN stands = 'unknown' THEN 'decided_at' END AS missing
FROM first_of_matter
WHERE place = 1
