-- A matter is found when a refusal of it came after one of its payments and the money has not come back.
WITH step AS (
  SELECT
    entity, matter, decision, outcome, final, decided_on, decided_at, proposal, fact,
    CASE body WHEN 'owner' THEN 5 WHEN 'shareholders' THEN 4 WHEN 'management' THEN 2 WHEN 'officer' THEN 1 ELSE 3 END AS height
  FROM decision
),
refusal AS (
  SELECT r.entity, r.matter, r.decision, r.decided_on, r.decided_at, r.fact
  FROM step AS r
  WHERE r.outcome = 'rejected'
    AND NOT EXISTS (
      SELECT 1
      FROM step AS a
      WHERE a.entity = r.entity
        AND a.matter = r.matter
        AND a.final
        AND a.outcome = 'approved'
        AND a.decided_on <= r.decided_on
        AND (a.height > r.height OR a.proposal <> r.proposal)
    )
),
placed AS (
  SELECT
    p.entity, p.matter, p.payment, p.paid_on, p.amount, p.currency, p.fact AS paid_fact,
    d.fact, d.decision, d.decided_on,
    CASE
      WHEN d.decided_on > p.paid_on OR d.decided_at > p.paid_at THEN 'after'
      WHEN d.decided_on < p.paid_on OR d.decided_at <= p.paid_at THEN 'before'
      ELSE 'unknown'
    END AS stands
  FROM judged AS p
  JOIN refusal AS d ON d.entity = p.entity AND d.matter = p.matter
),
concerned AS (
  SELECT entity, matter, currency, SUM(amount) AS paid
  FROM (SELECT DISTINCT entity, matter, currency, payment, amount FROM placed WHERE stands <> 'before') AS once
  GROUP BY entity, matter, currency
),
returned AS (
  SELECT entity, matter, currency, SUM(-amount) AS returned
  FROM payment
  WHERE amount < 0
  GROUP BY entity, matter, currency
),
first_of_matter AS (
  SELECT
    p.*,
    ROW_NUMBER() OVER (PARTITION BY p.entity, p.matter ORDER BY p.stands, p.decided_on, p.decision, p.paid_on, p.payment) AS place
  FROM placed AS p
  JOIN concerned AS c ON c.entity = p.entity AND c.matter = p.matter AND c.currency = p.currency
  LEFT JOIN returned AS r ON r.entity = p.entity AND r.matter = p.matter AND r.currency = p.currency
  WHERE p.stands <> 'before' AND COALESCE(r.returned, 0) < c.paid
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
