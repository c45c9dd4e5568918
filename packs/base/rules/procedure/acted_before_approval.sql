-- A matter is found when one of its payments went out and no final approval had come by then.
WITH ordered AS (
  SELECT
    p.entity, p.matter, p.payment, p.paid_on, p.amount, p.currency,
    LIST_CONCAT([p.fact], ARRAY_AGG(d.fact) FILTER (WHERE d.fact IS NOT NULL)) AS entries,
    MIN(d.decided_on) AS first_approved_on,
    MAX(CASE WHEN d.decided_on < p.paid_on OR d.decided_at <= p.paid_at THEN 1 ELSE 0 END) AS is_covered,
    MAX(CASE
      WHEN d.fact IS NULL THEN 0
      WHEN d.decided_on IS NULL THEN 1
      WHEN d.decided_on = p.paid_on AND (d.decided_at IS NULL OR p.paid_at IS NULL) THEN 1
      ELSE 0
    END) AS is_in_doubt
  FROM judged AS p
  LEFT JOIN decision AS d
    ON d.entity = p.entity AND d.matter = p.matter AND d.final AND d.outcome = 'approved'
  GROUP BY p.entity, p.matter, p.payment, p.paid_on, p.amount, p.currency, p.fact
),
uncovered AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY entity, matter ORDER BY is_in_doubt, paid_on, payment) AS place
  FROM ordered
  WHERE is_covered = 0
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
  first_approved_on,
  CASE WHEN is_in_doubt = 1 THEN 'decided_at' END AS missing
FROM uncovered
WHERE place = 1
