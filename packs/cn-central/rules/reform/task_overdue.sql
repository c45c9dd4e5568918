-- A task is found when its last day is past, or when it was done after that day.
WITH due AS (
  SELECT
    j.entity, j.task, j.task_title, j.done_on, j.moved_from, j.moved_on, j.fact,
    CASE WHEN j.moved_on > j.moved_from THEN j.moved_from ELSE j.due_on END AS due_on
  FROM judged AS j
)
SELECT
  d.entity,
  d.task,
  d.due_on AS since,
  [d.fact] AS entries,
  d.task_title,
  d.due_on,
  d.done_on,
  d.moved_from,
  d.moved_on,
  CASE WHEN d.done_on IS NULL AND c.today IS NULL THEN 'clock' END AS missing
FROM due AS d
LEFT JOIN clock AS c ON TRUE
WHERE COALESCE(COALESCE(d.done_on, c.today) > d.due_on, TRUE)
