-- An exemption is found when one of its three conditions is said not to hold.
SELECT
  j.case_id,
  j.person,
  j.office AS entity,
  j.decided_on AS since,
  [j.fact] AS entries,
  j.entity AS about,
  j.lawful,
  j.diligent,
  j.no_gain
FROM judged AS j
WHERE NOT (j.lawful AND j.diligent AND j.no_gain)
