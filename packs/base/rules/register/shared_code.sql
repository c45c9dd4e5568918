-- An entity is found when another one has the same credit code on some day of its own period.
SELECT
  e.entity,
  e.uscc,
  MIN(o.entity) AS other_entity,
  MIN(GREATEST(COALESCE(e.valid_from, o.valid_from), COALESCE(o.valid_from, e.valid_from))) AS since,
  LIST_SORT(LIST(DISTINCT o.fact)) || [MIN(e.fact)] AS entries
FROM judged AS e
JOIN entity AS o
  ON o.uscc = e.uscc
  AND o.entity <> e.entity
  AND COALESCE(o.valid_until > e.valid_from, TRUE)
  AND COALESCE(e.valid_until > o.valid_from, TRUE)
GROUP BY e.entity, e.uscc
