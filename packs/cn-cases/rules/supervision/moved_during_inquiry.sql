-- A person is found when a post of theirs begins or ends between the day of the inquiry and that of the decision.
SELECT
  j.case_id,
  j.person,
  p.entity,
  MIN(p.day) AS since,
  LIST_SORT(LIST_DISTINCT(FLATTEN(LIST([j.fact, p.fact])))) AS entries,
  j.inquired_on,
  j.decided_on,
  MIN(p.day) AS moved_on
FROM judged AS j
JOIN (
  SELECT person, entity, fact, valid_from AS day FROM post
  UNION ALL
  SELECT person, entity, fact, valid_until AS day FROM post WHERE valid_until IS NOT NULL
) AS p ON p.person = j.person
WHERE p.day > j.inquired_on AND (j.decided_on IS NULL OR p.day < j.decided_on)
GROUP BY j.case_id, j.person, p.entity, j.inquired_on, j.decided_on
