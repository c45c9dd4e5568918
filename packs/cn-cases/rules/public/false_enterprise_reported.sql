-- Each lead of that kind is found until its outcome is reported.
SELECT
  j.office,
  j.lead,
  j.office AS entity,
  j.received_on AS since,
  [j.fact] AS entries,
  j.by_line,
  j.named,
  j.uscc,
  j.received_on
FROM judged AS j
WHERE j.outcome IS NULL
