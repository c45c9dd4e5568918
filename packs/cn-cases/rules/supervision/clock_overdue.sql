-- A clock is found when its last day is past, or when what it waited for came after that day.
SELECT
  j.case_id,
  j.clock,
  j.instance,
  COALESCE(j.holder, j.entity) AS entity,
  j.due_on AS since,
  [j.fact] AS entries,
  j.by_line,
  j.started_on,
  j.due_on,
  j.ended_on,
  j.order_number,
  CASE WHEN j.ended_on IS NULL AND c.today IS NULL THEN 'clock' END AS missing
FROM judged AS j
LEFT JOIN clock AS c ON TRUE
WHERE COALESCE(COALESCE(j.ended_on, c.today) > j.due_on, TRUE)
