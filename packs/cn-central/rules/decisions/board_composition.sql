-- A company is found when the directors of today are wrongly made up and none changed within the days allowed.
WITH director AS (
  SELECT
    e.entity, p.person, p.post, p.fact,
    p.valid_from <= c.today AND COALESCE(p.valid_until, DATE '9999-12-31') > c.today AS is_serving,
    CASE WHEN p.valid_until <= c.today THEN p.valid_until WHEN p.valid_from <= c.today THEN p.valid_from END AS changed_on
  FROM judged AS e
  JOIN post AS p ON p.entity = e.entity
  JOIN clock AS c ON TRUE
  WHERE p.post IN ('chair', 'director', 'outside_director', 'employee_director')
),
seated AS (
  SELECT
    entity,
    COUNT(DISTINCT CASE WHEN is_serving THEN person END) AS directors,
    COUNT(DISTINCT CASE WHEN is_serving AND post = 'outside_director' THEN person END) AS outside_directors,
    COUNT(DISTINCT CASE WHEN is_serving AND post = 'employee_director' THEN person END) AS employee_directors,
    MAX(changed_on) AS changed_on,
    ARRAY_AGG(fact) FILTER (WHERE is_serving) AS entries
  FROM director
  GROUP BY entity
)
SELECT
  e.entity,
  GREATEST(COALESCE(s.changed_on, DATE '2024-07-01'), DATE '2024-07-01') AS since,
  COALESCE(s.entries, [e.fact]) AS entries,
  s.directors,
  s.outside_directors,
  s.employee_directors,
  s.changed_on,
  CASE WHEN c.today IS NULL THEN 'clock' WHEN COALESCE(s.directors, 0) = 0 THEN 'post' END AS missing
FROM judged AS e
LEFT JOIN clock AS c ON TRUE
LEFT JOIN seated AS s ON s.entity = e.entity
LEFT JOIN param_board_vacancy_days AS v
  ON v.valid_from <= c.today AND COALESCE(v.valid_until, DATE '9999-12-31') > c.today
WHERE c.today IS NULL
  OR COALESCE(s.directors, 0) = 0
  OR (
    c.today >= DATE '2024-07-01'
    AND (s.outside_directors * 2 <= s.directors OR s.employee_directors = 0)
    AND DATE_DIFF('day', s.changed_on, c.today) > v.value
  )
