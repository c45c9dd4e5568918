-- An exemption is found when one of its conditions is reported as not met, or the loss of its case is a major one.
SELECT
  j.case_id,
  j.person,
  j.office AS entity,
  j.decided_on AS since,
  [j.fact] AS entries,
  j.entity AS about,
  j.lawful,
  j.diligent,
  j.no_gain,
  COALESCE(n.loss_class, j.loss_class) AS loss_class
FROM judged AS j
LEFT JOIN case_now AS n ON n.case_id = j.case_id
WHERE NOT (j.lawful AND j.diligent AND j.no_gain) OR COALESCE(n.loss_class, j.loss_class) = 'major'
