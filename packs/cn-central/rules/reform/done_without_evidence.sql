-- A task that is done is found when no evidence is named, or when it has no hash.
SELECT
  j.entity,
  j.task,
  j.done_on AS since,
  [j.fact] AS entries,
  j.task_title,
  j.done_on,
  j.document
FROM judged AS j
WHERE j.document IS NULL OR j.hash IS NULL
