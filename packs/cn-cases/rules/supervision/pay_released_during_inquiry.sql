-- A person is found when performance pay or an incentive was paid from the day of the inquiry until that of the decision.
SELECT
  j.case_id,
  j.person,
  p.entity,
  MIN(p.paid_on) AS since,
  LIST_SORT(LIST_DISTINCT(FLATTEN(LIST([j.fact, p.fact])))) AS entries,
  j.inquired_on,
  j.decided_on,
  MIN(p.component) AS component,
  SUM(CASE WHEN p.component IS NULL THEN 0 ELSE p.amount_cny END) AS amount_cny,
  MIN(p.paid_on) AS paid_on,
  CASE WHEN MIN(p.component) IS NULL THEN 'component' END AS missing
FROM judged AS j
JOIN pay AS p ON p.person = j.person
WHERE p.paid_on >= j.inquired_on AND (j.decided_on IS NULL OR p.paid_on < j.decided_on)
  AND (p.component IS NULL OR p.component IN ('performance', 'term_incentive', 'long_term_incentive'))
GROUP BY j.case_id, j.person, p.entity, j.inquired_on, j.decided_on
