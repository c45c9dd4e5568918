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
  GROUP BY j.entity, j.matter
),
owned AS (
  SELECT
    a.entity, a.matter,
    MIN(o.decided_on) AS owner_decided_on,
    MAX(CASE WHEN o.decided_on IS NULL THEN 1 ELSE 0 END) AS is_undated,
    MAX(CASE WHEN DATE_DIFF('day', a.decided_on, o.decided_on) <= p.value THEN 1 ELSE 0 END) AS is_in_time
  FROM act AS a
  JOIN decision AS o ON o.entity = a.entity AND o.matter = a.matter
  JOIN param_owner_decision_days AS p
    ON p.valid_from <= a.decided_on AND COALESCE(p.valid_until > a.decided_on, TRUE)
  WHERE o.body IN ('owner', 'shareholders') AND o.final AND o.outcome = 'approved'
  GROUP BY a.entity, a.matter
)
SELECT
  a.entity,
  a.matter,
  a.decided_on AS since,
  a.entries,
  a.decided_on,
  a.body,
  a.item,
  o.owner_decided_on,
  CASE
    WHEN e.form IS NULL THEN 'form'
    WHEN a.item IS NULL THEN 'item'
    WHEN o.is_undated = 1 THEN 'decided_on'
  END AS missing,
  CASE WHEN e.form <> 'sole_state' THEN 'form' END AS excluded
FROM act AS a
LEFT JOIN entity AS e ON e.entity = a.entity
LEFT JOIN owned AS o ON o.entity = a.entity AND o.matter = a.matter
WHERE e.form <> 'sole_state'
  OR (
    COALESCE(o.is_in_time, 0) = 0
    AND (
      a.item IS NULL
      OR EXISTS (
        SELECT 1
        FROM list_in_force AS l
        WHERE l.entity = a.entity
          AND l.list = 'owner_reserved'
          AND l.item = a.item
          AND l.valid_from <= a.decided_on
          AND COALESCE(l.valid_until > a.decided_on, TRUE)
      )
    )
  )
