-- A rule is found when enough of its findings are decided and too large a share of them was dismissed.
SELECT
  j.rule,
  j.entity,
  j.counted_on AS since,
  [j.fact] AS entries,
  j.confirmed_count,
  j.dismissed_count,
  p.value AS limit_pct
FROM judged AS j
JOIN param_demotion_dismissed_pct AS p
  ON p.valid_from <= j.counted_on AND COALESCE(p.valid_until, DATE '9999-12-31') > j.counted_on
JOIN param_demotion_decided_count AS n
  ON n.valid_from <= j.counted_on AND COALESCE(n.valid_until, DATE '9999-12-31') > j.counted_on
WHERE j.confirmed_count + j.dismissed_count >= n.value
  AND 100 * j.dismissed_count >= p.value * (j.confirmed_count + j.dismissed_count)
