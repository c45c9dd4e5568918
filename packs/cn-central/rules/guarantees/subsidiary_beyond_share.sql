-- Guarantees for members of one's group above the share held, with no decision of its board or with too little cover.
WITH placed AS (
  SELECT *, debtor_head = group_head AND COALESCE(debtor_form, '') <> 'investee' AS is_inside
  FROM placed_guarantees
),
agreed AS (
  SELECT p.entity, p.guarantee, COUNT(*) AS decisions
  FROM placed AS p
  JOIN decision AS d
    ON d.matter = p.matter
    AND d.entity = p.group_head
    AND d.body = 'board'
    AND d.outcome = 'approved'
    AND COALESCE(d.final, TRUE)
    AND d.decided_on <= p.given_on
  GROUP BY p.entity, p.guarantee
),
measured AS (
  SELECT
    p.*,
    h.share_pct,
    h.stakes,
    a.decisions,
    p.amount_cny - CAST(h.share_pct * p.debt_total_cny / 100 AS DECIMAL(18, 4)) AS excess_cny
  FROM placed AS p
  LEFT JOIN group_stakes AS h ON h.entity = p.entity AND h.guarantee = p.guarantee
  LEFT JOIN agreed AS a ON a.entity = p.entity AND a.guarantee = p.guarantee
),
tested AS (
  SELECT
    * EXCLUDE (missing),
    CASE
      WHEN NOT is_inside OR debt_total_cny <= 0 OR excess_cny IS NULL OR excess_cny <= 0 THEN NULL
      WHEN decisions IS NULL THEN 'not_approved'
      WHEN counter_guarantee_cny < excess_cny THEN 'not_covered'
    END AS fault,
    CASE
      WHEN missing IS NOT NULL THEN missing
      WHEN NOT is_inside THEN NULL
      WHEN debt_total_cny <= 0 THEN 'debt_total_cny'
      WHEN share_pct IS NULL THEN 'stake'
      WHEN excess_cny > 0 AND decisions IS NOT NULL AND counter_guarantee_cny IS NULL THEN 'counter_guarantee_cny'
    END AS missing
  FROM measured
)
SELECT
  entity,
  guarantee,
  matter,
  given_on AS since,
  debtor,
  group_head,
  amount_cny,
  debt_total_cny,
  share_pct,
  excess_cny,
  counter_guarantee_cny,
  fault,
  missing,
  CASE WHEN stakes IS NULL THEN ARRAY[fact] ELSE LIST_CONCAT(ARRAY[fact], stakes) END AS entries
FROM tested
WHERE fault IS NOT NULL OR missing IS NOT NULL
