-- A tip-off is found when more working days than are allowed lie between its coming and its closing, or today.
SELECT
  j.office,
  j.tip_number,
  j.office AS entity,
  j.lodged_on AS since,
  [j.fact] AS entries,
  j.by_line,
  j.lodged_on,
  j.closed_on,
  j.order_number,
  p.value + CASE WHEN j.order_number IS NULL THEN 0 ELSE LEAST(COALESCE(j.extended_by, 0), x.value) END AS limit_days,
  CASE
    WHEN b.number IS NULL OR w.number IS NULL THEN 'working_day'
    WHEN p.value IS NULL THEN 'tip_close_days'
    WHEN x.value IS NULL THEN 'tip_extension_days'
  END AS missing
FROM judged AS j
LEFT JOIN clock AS c ON TRUE
LEFT JOIN working_day AS b ON b.day = j.lodged_on
LEFT JOIN working_day AS w ON w.day = COALESCE(j.closed_on, c.today)
LEFT JOIN param_tip_close_days AS p
  ON p.valid_from <= j.lodged_on AND COALESCE(p.valid_until, DATE '9999-12-31') > j.lodged_on
LEFT JOIN param_tip_extension_days AS x
  ON x.valid_from <= j.lodged_on AND COALESCE(x.valid_until, DATE '9999-12-31') > j.lodged_on
WHERE COALESCE(
  w.number - b.number
  > p.value + CASE WHEN j.order_number IS NULL THEN 0 ELSE LEAST(COALESCE(j.extended_by, 0), x.value) END,
  TRUE
)
