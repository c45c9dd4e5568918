-- The head of a group is found when one of the three results has no task in its plan that names a figure.
WITH heads AS (
  SELECT a.entity
  FROM ancestor AS a
  JOIN entity AS o ON o.entity = a.ancestor AND o.is_owner
  WHERE a.distance = 1
),
plans AS (
  SELECT
    j.entity,
    MIN(j.set_on) AS since,
    LIST_SORT(LIST(j.fact)) AS entries,
    MAX(CASE WHEN j.result = 'strategy' AND j.figure IS NOT NULL THEN 1 ELSE 0 END) AS strategy,
    MAX(CASE WHEN j.result = 'market' AND j.figure IS NOT NULL THEN 1 ELSE 0 END) AS market,
    MAX(CASE WHEN j.result = 'excellence' AND j.figure IS NOT NULL THEN 1 ELSE 0 END) AS excellence,
    MAX(CASE WHEN j.result IS NULL AND j.figure IS NOT NULL THEN 1 ELSE 0 END) AS unsorted
  FROM judged AS j
  GROUP BY j.entity
)
SELECT
  p.entity,
  p.since,
  p.entries,
  CASE WHEN p.strategy = 0 THEN 'strategy' WHEN p.market = 0 THEN 'market' ELSE 'excellence' END AS untracked,
  3 - p.strategy - p.market - p.excellence AS untracked_count,
  CASE WHEN p.unsorted = 1 THEN 'result' END AS missing,
  CASE WHEN h.entity IS NULL THEN 'not_the_head_of_a_group' END AS excluded
FROM plans AS p
LEFT JOIN heads AS h ON h.entity = p.entity
WHERE h.entity IS NULL OR p.strategy + p.market + p.excellence < 3
