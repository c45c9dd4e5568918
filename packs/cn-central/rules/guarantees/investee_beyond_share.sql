-- Guarantees for investees that the group did not control on the day, above the group's share, on the day, of the whole debt guaranteed.
WITH parties AS (
  SELECT entity AS party FROM judged
  UNION
  SELECT debtor AS party FROM judged
),
tops AS (
  SELECT a.entity, MAX(a.distance) AS distance
  FROM parties AS p
  JOIN ancestor AS a ON a.entity = p.party
  JOIN entity AS h ON h.entity = a.ancestor
  WHERE NOT COALESCE(h.is_owner, FALSE)
  GROUP BY a.entity
),
heads AS (
  SELECT a.entity, a.ancestor AS head
  FROM tops AS t
  JOIN ancestor AS a ON a.entity = t.entity AND a.distance = t.distance
),
placed AS (
  SELECT
    g.entity,
    g.guarantee,
    g.fact,
    g.debtor,
    g.amount_cny,
    g.debt_total_cny,
    COALESCE(g.signed_on, g.valid_from) AS given_on,
    d.entity AS debtor_known,
    gh.head AS group_head,
    d.form = 'investee' OR dh.head IS NULL OR dh.head <> gh.head AS is_outside
  FROM judged AS g
  LEFT JOIN entity AS d ON d.entity = g.debtor
  LEFT JOIN heads AS gh ON gh.entity = g.entity
  LEFT JOIN heads AS dh ON dh.entity = g.debtor
),
steered AS (
  SELECT DISTINCT p.entity, p.guarantee
  FROM placed AS p
  JOIN control_period AS c
    ON c.entity = p.debtor AND COALESCE(c.valid_from <= p.given_on, TRUE) AND COALESCE(c.valid_until > p.given_on, TRUE)
  JOIN ancestor AS m ON m.entity = c.owner AND m.ancestor = p.group_head
),
held AS (
  SELECT
    p.entity,
    p.guarantee,
    CASE
      WHEN COUNT(*) = COUNT(COALESCE(s.share_pct, s.share_high_pct)) THEN SUM(COALESCE(s.share_pct, s.share_high_pct))
    END AS share_pct,
    ARRAY_AGG(s.fact) AS stakes
  FROM placed AS p
  JOIN stake AS s
    ON s.entity = p.debtor AND s.valid_from <= p.given_on AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
  JOIN ancestor AS m ON m.entity = s.holder AND m.ancestor = p.group_head
  GROUP BY p.entity, p.guarantee
),
capped AS (
  SELECT
    p.*,
    h.share_pct,
    h.stakes,
    CAST(h.share_pct * p.debt_total_cny / 100 AS DECIMAL(18, 4)) AS cap_cny,
    CASE
      WHEN p.debtor_known IS NULL THEN 'entity.debtor'
      WHEN p.group_head IS NULL THEN 'entity.guarantor'
      WHEN NOT p.is_outside THEN NULL
      WHEN h.share_pct IS NULL THEN 'stake'
      WHEN p.debt_total_cny <= 0 THEN 'debt_total_cny'
    END AS missing
  FROM placed AS p
  LEFT JOIN held AS h ON h.entity = p.entity AND h.guarantee = p.guarantee
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
