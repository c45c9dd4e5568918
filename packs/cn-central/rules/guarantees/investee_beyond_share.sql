-- Guarantees for investees that the group did not control on the day, above the group's share, on the day, of the whole debt guaranteed.
WITH placed AS (
  SELECT *, debtor_form = 'investee' OR debtor_head IS NULL OR debtor_head <> group_head AS is_outside
  FROM placed_guarantees
),
steered AS (
  SELECT DISTINCT p.entity, p.guarantee
  FROM placed AS p
  JOIN control_period AS c
    ON c.entity = p.debtor AND COALESCE(c.valid_from <= p.given_on, TRUE) AND COALESCE(c.valid_until > p.given_on, TRUE)
  JOIN ancestor AS m ON m.entity = c.owner AND m.ancestor = p.group_head
),
capped AS (
  SELECT
    p.* EXCLUDE (missing),
    h.share_pct,
    h.stakes,
    CAST(h.share_pct * p.debt_total_cny / 100 AS DECIMAL(18, 4)) AS cap_cny,
    CASE
      WHEN p.missing IS NOT NULL THEN p.missing
      WHEN NOT p.is_outside THEN NULL
      WHEN h.share_pct IS NULL THEN 'stake'
      WHEN p.debt_total_cny <= 0 THEN 'debt_total_cny'
    END AS missing
  FROM placed AS p
  LEFT JOIN group_stakes AS h ON h.entity = p.entity AND h.guarantee = p.guarantee
)
SELECT
  c.entity,
  c.guarantee,
  c.given_on AS since,
  c.debtor,
  c.amount_cny,
  c.debt_total_cny,
  c.share_pct,
  c.cap_cny,
  c.missing,
  CASE WHEN c.stakes IS NULL THEN ARRAY[c.fact] ELSE LIST_CONCAT(ARRAY[c.fact], c.stakes) END AS entries
FROM capped AS c
JOIN param_participation_pct AS p
  ON c.given_on >= p.valid_from AND (p.valid_until IS NULL OR c.given_on < p.valid_until)
LEFT JOIN steered AS x ON x.entity = c.entity AND x.guarantee = c.guarantee
WHERE (c.missing IS NOT NULL AND x.entity IS NULL)
  OR (c.is_outside AND x.entity IS NULL AND c.share_pct <= p.value AND c.amount_cny > c.cap_cny)
