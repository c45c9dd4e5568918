-- A tip-off is found while a message of the informant waits for longer than the working days that are allowed.
SELECT
  j.office,
  j.tip_number,
  j.office AS entity,
  j.waiting_since AS since,
  [j.fact] AS entries,
  j.by_line,
  j.acknowledged_on,
  j.waiting_since,
  p.value AS limit_days,
  CASE WHEN b.number IS NULL OR w.number IS NULL THEN 'working_day' WHEN p.value IS NULL THEN 'tip_answer_days' END AS missing
FROM judged AS j
LEFT JOIN clock AS c ON TRUE
LEFT JOIN working_day AS b ON b.day = j.waiting_since
LEFT JOIN working_day AS w ON w.day = c.today
LEFT JOIN param_tip_answer_days AS p
  ON p.valid_from <= j.waiting_since AND COALESCE(p.valid_until, DATE '9999-12-31') > j.waiting_since
WHERE COALESCE(w.number - b.number > p.value, TRUE)
