-- Entities declared state-owned that no party above them in the register owns or controls, though their holders are known.
WITH linked AS (
  SELECT e.entity, COUNT(s.owner) AS owners, COUNT(a.ancestor) AS above
  FROM judged AS e
  LEFT JOIN (
    SELECT owner, entity FROM effective_share WHERE high_pct > 0
    UNION
    SELECT owner, entity FROM controls
  ) AS s ON s.entity = e.entity
  LEFT JOIN ancestor AS a ON a.entity = e.entity AND a.ancestor = s.owner AND a.distance > 0
  GROUP BY e.entity
)
SELECT
  e.entity,
  CAST(GREATEST(COALESCE(e.valid_from, DATE '2021-10-13'), DATE '2021-10-13') AS DATE) AS since,
  [e.fact] AS entries,
  e.form,
  l.owners,
  CASE WHEN l.owners = 0 THEN 'stake' END AS missing
FROM judged AS e
JOIN linked AS l ON l.entity = e.entity
WHERE l.owners = 0 OR l.above = 0
