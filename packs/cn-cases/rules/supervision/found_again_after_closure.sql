-- A case is found when it was opened again after it had ended.
SELECT
  j.case_id,
  j.office AS entity,
  j.reopened_on AS since,
  [j.fact] AS entries,
  j.entity AS about,
  j.lead,
  j.rule,
  j.reopened
FROM judged AS j
WHERE j.reopened > 0
