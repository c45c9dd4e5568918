-- A request is found when another line had asked that entity for that material and the answer did not come from it.
SELECT
  j.request,
  j.entity,
  j.asked_on AS since,
  [j.fact] AS entries,
  j.by_line,
  j.material
FROM judged AS j
WHERE j.duplicate AND NOT j.saved
