-- Guarantees for members of one's group above the share held, with no decision of its board or with too little cover.
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
    g.matter,
    g.fact,
    g.debtor,
    g.amount_cny,
    g.debt_total_cny,
    g.counter_guarantee_cny,
    COALESCE(g.signed_on, g.valid_from) AS given_on,
    d.entity AS debtor_known,
    gh.head AS group_head,
    dh.head = gh.head AND COALESCE(d.form, '') <> 'investee' AS is_inside
  FROM judged AS g
  LEFT JOIN entity AS d ON d.entity = g.debtor
  LEFT JOIN heads AS gh ON gh.entity = g.entity
  LEFT JOIN heads AS dh ON dh.entity = g.debtor
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
  LEFT JOIN held AS h ON h.entity = p.entity AND h.guarantee = p.guarantee
  LEFT JOIN agreed AS a ON a.entity = p.entity AND a.guarantee = p.guarantee
),
tested AS (
  SELECT
    *,
    CASE
      WHEN NOT is_inside OR debt_total_cny <= 0 OR excess_cny IS NULL OR excess_cny <= 0 THEN NULL
      WHEN decisions IS NULL THEN 'not_approved'
      WHEN counter_guarantee_cny < excess_cny THEN 'not_covered'
    END AS fault,
    CASE
      WHEN debtor_known IS NULL THEN 'entity.debtor'
      WHEN group_head IS NULL THEN 'entity.guarantor'
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
