-- A reserved matter is found when a lower body gave the last word on it and the owner has not decided it.
WITH act AS (
  SELECT
    j.entity, j.matter,
    MIN(j.decided_on) AS decided_on,
    MIN(j.body) AS body,
    MAX(COALESCE(j.item, m.item)) AS item,
    ARRAY_AGG(j.fact) AS entries
  FROM judged AS j
  LEFT JOIN matter AS m ON m.entity = j.entity AND m.matter = j.matter
  WHERE NOT EXISTS (
    SELECT 1
    FROM decision AS o
    WHERE o.entity = j.entity AND o.matter = j.matter AND o.body IN ('owner', 'shareholders') AND o.outcome = 'approved'
  )
  GROUP BY j.entity, j.matter
)
SELECT
  a.entity,
  a.matter,
  a.decided_on AS since,
  a.entries,
  a.decided_on,
  a.body,
  a.item,
  CASE WHEN e.form IS NULL THEN 'form' WHEN a.item IS NULL THEN 'item' END AS missing,
  CASE WHEN e.form <> 'sole_state' THEN 'form' END AS excluded
FROM act AS a
LEFT JOIN entity AS e ON e.entity = a.entity
WHERE e.form <> 'sole_state'
  OR a.item IS NULL
  OR EXISTS (
    SELECT 1
    FROM list_in_force AS l
    WHERE l.entity = a.entity
      AND l.list = 'owner_reserved'
      AND l.item = a.item
      AND l.valid_from <= a.decided_on
      AND COALESCE(l.valid_until, DATE '9999-12-31') > a.decided_on
  )
