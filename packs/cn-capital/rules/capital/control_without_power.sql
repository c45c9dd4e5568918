-- Entities with a board, at most half of it appointed by the majority holder, and no head of management or finance.
WITH held AS (
  SELECT c.entity, c.owner, c.share_pct
  FROM judged AS e
  JOIN controls AS c ON c.entity = e.entity AND c.basis = 'direct'
),
people AS (
  SELECT
    h.entity,
    h.owner,
    h.share_pct,
    p.person,
    MAX(CASE WHEN p.post IN ('chair', 'director', 'outside_director', 'employee_director') THEN 1 ELSE 0 END) AS sits,
    MAX(CASE WHEN p.post IN ('chair', 'director', 'outside_director', 'employee_director') AND p.appointed_by = h.owner THEN 1 ELSE 0 END) AS is_theirs,
    MAX(CASE WHEN p.post IN ('chair', 'director', 'outside_director', 'employee_director') AND p.appointed_by IS NOT NULL THEN 1 ELSE 0 END) AS is_told,
    MAX(CASE WHEN p.post IN ('general_manager', 'cfo') AND p.appointed_by = h.owner THEN 1 ELSE 0 END) AS manages_for_them,
    MAX(CASE WHEN p.post IN ('general_manager', 'cfo') AND p.appointed_by IS NOT NULL THEN 1 ELSE 0 END) AS manager_told,
    MAX(CASE WHEN p.post IN ('general_manager', 'cfo') AND p.appointed_by IS NULL THEN 1 ELSE 0 END) AS manager_untold,
    ARRAY_AGG(p.fact) FILTER (WHERE p.fact IS NOT NULL) AS facts
  FROM held AS h
  LEFT JOIN post AS p ON p.entity = h.entity AND p.valid_until IS NULL
  GROUP BY h.entity, h.owner, h.share_pct, p.person
),
seated AS (
  SELECT
    entity,
    owner,
    share_pct,
    SUM(sits) AS standing,
    SUM(is_theirs) AS appointed,
    SUM(sits - is_told) AS untold,
    SUM(manages_for_them) AS managers,
    SUM(manager_told) AS managers_told,
    SUM(manager_untold) AS managers_untold,
    FLATTEN(LIST(facts) FILTER (WHERE facts IS NOT NULL)) AS facts
  FROM people
  GROUP BY entity, owner, share_pct
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
  CAST(s.appointed AS BIGINT) AS appointed,
  CAST(GREATEST(COALESCE(b.seats, 0), s.standing) AS BIGINT) AS seats,
  CASE
    WHEN s.standing = 0 THEN 'post'
    WHEN (s.appointed + s.untold) * 2 > GREATEST(COALESCE(b.seats, 0), s.standing) OR s.managers_told = 0 OR s.managers_untold > 0 THEN 'post.appointed_by'
  END AS missing
FROM judged AS e
JOIN seated AS s ON s.entity = e.entity
LEFT JOIN boards AS b ON b.entity = e.entity
WHERE s.standing = 0 OR (s.appointed * 2 <= GREATEST(COALESCE(b.seats, 0), s.standing) AND s.managers = 0)
