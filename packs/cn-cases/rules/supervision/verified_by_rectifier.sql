-- A case is found when the person who reported it as put right also verified or closed it.
SELECT
  j.case_id,
  j.office AS entity,
  j.closed_on AS since,
  [j.fact] AS entries,
  j.entity AS about,
  j.lead,
  j.rectified_by,
  j.verified_by,
  j.closed_by
FROM judged AS j
WHERE j.verified_by = j.rectified_by OR j.closed_by = j.rectified_by
