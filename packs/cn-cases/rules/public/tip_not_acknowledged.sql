-- A tip-off is found when more working days than the limit lie between its coming and its acknowledgement, or today.
SELECT
  j.office,
  j.tip_number,
  j.office AS entity,
  j.lodged_on AS since,
  [j.fact] AS entries,
  j.by_line,
  j.lodged_on,
  j.acknowledged_on,
  p.value AS limit_days,
  CASE WHEN b.number IS NULL OR w.number IS NULL THEN 'working_day' WHEN p.value IS NULL THEN 'tip_acknowledge_days' END AS missing
FROM judged AS j
LEFT JOIN clock AS c ON TRUE
LEFT JOIN working_day AS b ON b.day = j.lodged_on
LEFT JOIN working_day AS w ON w.day = COALESCE(j.acknowledged_on, c.today)
LEFT JOIN param_tip_acknowledge_days AS p
  ON p.valid_from <= j.lodged_on AND COALESCE(p.valid_until, DATE '9999-12-31') > j.lodged_on
WHERE COALESCE(w.number - b.number > p.value, TRUE)
