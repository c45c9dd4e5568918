-- Entities with a board of which the nearest holder of more than half appointed at most half, and no head of management or finance.
WITH held AS (
  SELECT c.entity, c.owner, c.share_pct
  FROM judged AS e
  JOIN controls AS c ON c.entity = e.entity AND c.basis = 'direct'
),
seated AS (
  SELECT
    h.entity,
    h.owner,
    h.share_pct,
    COUNT(DISTINCT p.person) FILTER (WHERE p.post IN ('chair', 'director', 'outside_director', 'employee_director')) AS standing,
    COUNT(DISTINCT p.person) FILTER (
      WHERE p.post IN ('chair', 'director', 'outside_director', 'employee_director') AND p.appointed_by = h.owner
    ) AS appointed,
    COUNT(DISTINCT p.person) FILTER (WHERE p.post IN ('general_manager', 'cfo') AND p.appointed_by = h.owner) AS managers,
    ARRAY_AGG(p.fact) FILTER (WHERE p.fact IS NOT NULL) AS facts
  FROM held AS h
  LEFT JOIN post AS p ON p.entity = h.entity AND p.valid_until IS NULL
  GROUP BY h.entity, h.owner, h.share_pct
),
boards AS (
  SELECT entity, MAX(seats) AS seats FROM body WHERE body = 'board' AND valid_until IS NULL GROUP BY entity
)
SELECT
  e.entity,
  CAST(GREATEST(COALESCE(e.valid_from, DATE '2018-08-30'), DATE '2018-08-30') AS DATE) AS since,
  CASE WHEN s.facts IS NULL THEN [e.fact] ELSE LIST_CONCAT([e.fact], s.facts) END AS entries,
  s.owner,
  s.share_pct,
  s.appointed,
  GREATEST(COALESCE(b.seats, 0), s.standing) AS seats,
  CASE WHEN s.standing = 0 THEN 'post' END AS missing
FROM judged AS e
JOIN seated AS s ON s.entity = e.entity
LEFT JOIN boards AS b ON b.entity = e.entity
WHERE s.standing = 0 OR (s.appointed * 2 <= GREATEST(COALESCE(b.seats, 0), s.standing) AND s.managers = 0)
