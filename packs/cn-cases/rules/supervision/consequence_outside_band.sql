-- A decision is found when the share withheld is less or more than the band of its class of loss and degree.
SELECT
  j.case_id,
  j.person,
  j.office AS entity,
  j.decided_on AS since,
  [j.fact] AS entries,
  j.entity AS about,
  j.degree,
  COALESCE(n.loss_class, j.loss_class) AS loss_class,
  j.deduction_pct,
  l.value AS low_pct,
  h.value AS high_pct,
  CASE WHEN l.value IS NULL OR h.value IS NULL THEN 'loss_class' END AS missing
FROM judged AS j
LEFT JOIN case_now AS n ON n.case_id = j.case_id
LEFT JOIN param_deduction_low_pct AS l
  ON l.class = COALESCE(n.loss_class, j.loss_class) AND l.degree = j.degree
  AND l.valid_from <= j.decided_on AND COALESCE(l.valid_until, DATE '9999-12-31') > j.decided_on
LEFT JOIN param_deduction_high_pct AS h
  ON h.class = COALESCE(n.loss_class, j.loss_class) AND h.degree = j.degree
  AND h.valid_from <= j.decided_on AND COALESCE(h.valid_until, DATE '9999-12-31') > j.decided_on
WHERE COALESCE(j.deduction_pct < l.value OR j.deduction_pct > h.value, TRUE)
