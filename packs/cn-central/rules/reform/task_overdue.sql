-- A task is found when its last day is past, or when it was done after that day.
SELECT
  j.entity,
  j.task,
  j.due_on AS since,
  [j.fact] AS entries,
  j.task_title,
  j.due_on,
  j.done_on,
  CASE WHEN j.done_on IS NULL AND c.today IS NULL THEN 'clock' END AS missing
FROM judged AS j
LEFT JOIN clock AS c ON TRUE
WHERE COALESCE(COALESCE(j.done_on, c.today) > j.due_on, TRUE)
