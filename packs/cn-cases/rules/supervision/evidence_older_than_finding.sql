-- A case is found when its latest evidence is of a day before the latest finding in it.
SELECT
  j.case_id,
  j.office AS entity,
  j.closed_on AS since,
  [j.fact] AS entries,
  j.entity AS about,
  j.lead,
  j.raised_on,
  j.evidence_on
FROM judged AS j
WHERE j.evidence_on < j.raised_on
