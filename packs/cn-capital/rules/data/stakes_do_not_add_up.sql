-- Entities with stakes that sum above the whole by more than rounding, or to nothing.
SELECT
  e.entity,
  e.valid_from AS since,
  [e.fact] AS entries,
  i.issue,
  i.sum_pct
FROM judged AS e
JOIN stake_issue AS i ON i.entity = e.entity
CROSS JOIN param_stake_sum_tolerance_pct AS p
WHERE (i.issue = 'over' AND i.sum_pct > 100 + p.value) OR i.issue = 'nothing'
