-- A rule is found when too large a share of what was decided was dismissed, or too small a share of many was confirmed.
SELECT
  j.rule,
  j.entity,
  j.counted_on AS since,
  [j.fact] AS entries,
  j.raised_count,
  j.confirmed_count,
  j.dismissed_count,
  p.value AS limit_pct,
  m.value AS limit_count,
  c.value AS least_confirmed_pct
FROM judged AS j
JOIN param_demotion_dismissed_pct AS p
  ON p.valid_from <= j.counted_on AND COALESCE(p.valid_until, DATE '9999-12-31') > j.counted_on
JOIN param_demotion_decided_count AS n
  ON n.valid_from <= j.counted_on AND COALESCE(n.valid_until, DATE '9999-12-31') > j.counted_on
JOIN param_demotion_raised_count AS m
  ON m.valid_from <= j.counted_on AND COALESCE(m.valid_until, DATE '9999-12-31') > j.counted_on
JOIN param_demotion_confirmed_pct AS c
  ON c.valid_from <= j.counted_on AND COALESCE(c.valid_until, DATE '9999-12-31') > j.counted_on
WHERE (
    j.confirmed_count + j.dismissed_count >= n.value
    AND 100 * j.dismissed_count >= p.value * (j.confirmed_count + j.dismissed_count)
  )
  OR (j.raised_count >= m.value AND 100 * j.confirmed_count < c.value * j.raised_count)
