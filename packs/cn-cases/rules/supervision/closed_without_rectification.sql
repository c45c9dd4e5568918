-- A case is found when it was closed by judging again and no report of the entity describes what it put right.
SELECT
  j.case_id,
  j.office AS entity,
  j.closed_on AS since,
  [j.fact] AS entries,
  j.entity AS about,
  j.lead,
  j.closed_by,
  j.closed_on
FROM judged AS j
WHERE j.rectified_on IS NULL
