-- Stakes of entities below an owner's body that were paid in before the first of the others founded on the same day.
WITH supervised AS (
  SELECT DISTINCT a.entity
  FROM ancestor AS a
  JOIN entity AS o ON o.entity = a.ancestor AND o.is_owner
),
others AS (
  SELECT s.holder, s.entity, s.valid_from, MIN(x.paid_on) AS first_other, ARRAY_AGG(x.fact) AS facts
  FROM judged AS s
  JOIN stake AS x ON x.entity = s.entity AND x.valid_from = s.valid_from AND x.holder <> s.holder AND x.paid_on IS NOT NULL
  WHERE x.holder NOT IN (SELECT entity FROM supervised)
  GROUP BY s.holder, s.entity, s.valid_from
)
SELECT
  s.holder,
  s.entity,
  s.valid_from,
  s.paid_on AS since,
  LIST_CONCAT([s.fact], o.facts) AS entries,
  s.paid_on,
  o.first_other
FROM judged AS s
JOIN supervised AS h ON h.entity = s.holder
JOIN others AS o ON o.holder = s.holder AND o.entity = s.entity AND o.valid_from = s.valid_from
WHERE s.paid_on < o.first_other
