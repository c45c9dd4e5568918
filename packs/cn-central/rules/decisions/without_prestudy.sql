-- A matter is found when it is on the list of its day, was decided, and no study by the party committee names it.
WITH act AS (
  SELECT
    j.entity, j.matter,
    MIN(j.decided_on) AS decided_on,
    MAX(COALESCE(j.item, m.item)) AS item,
    MAX(COALESCE(m.amount_cny, j.amount_cny)) AS amount_cny,
    ARRAY_AGG(j.fact) AS entries
  FROM judged AS j
  LEFT JOIN matter AS m ON m.entity = j.entity AND m.matter = j.matter
  WHERE NOT EXISTS (
    SELECT 1
    FROM decision AS s
    WHERE s.entity = j.entity AND s.matter = j.matter AND s.body = 'party_committee'
  )
  GROUP BY j.entity, j.matter
),
listed AS (
  SELECT
    a.entity, a.matter, a.decided_on, a.item, a.amount_cny, a.entries,
    MAX(CASE WHEN l.distance < 999 THEN 1 ELSE 0 END) AS has_list,
    MAX(CASE WHEN l.item = a.item THEN 1 ELSE 0 END) AS is_listed,
    MAX(CASE WHEN l.item = a.item AND (l.limit_cny IS NULL OR a.amount_cny >= l.limit_cny) THEN 1 ELSE 0 END) AS is_reached,
    MIN(CASE WHEN l.item = a.item THEN l.limit_cny END) AS limit_cny,
    MAX(CASE WHEN l.item = a.item THEN l.valid_from END) AS list_from
  FROM act AS a
  LEFT JOIN list_in_force AS l
    ON l.entity = a.entity
    AND l.list = 'prestudy'
    AND l.valid_from <= a.decided_on
    AND COALESCE(l.valid_until, DATE '9999-12-31') > a.decided_on
  GROUP BY a.entity, a.matter, a.decided_on, a.item, a.amount_cny, a.entries
),
answered AS (
  SELECT
    l.*,
    CASE
      WHEN e.has_party_committee IS NULL THEN 'has_party_committee'
      WHEN l.item IS NULL THEN 'item'
      WHEN l.is_reached = 1 THEN NULL
      WHEN l.is_listed = 1 THEN 'amount_cny'
      ELSE 'prestudy_list'
    END AS missing,
    CASE
      WHEN e.form IN ('investee', 'private', 'public_body') THEN 'form'
      WHEN NOT e.has_party_committee THEN 'no_party_committee'
    END AS excluded
  FROM listed AS l
  LEFT JOIN entity AS e ON e.entity = l.entity
  WHERE l.item IS NULL
    OR l.is_reached = 1
    OR (l.is_listed = 1 AND l.amount_cny IS NULL)
    OR (l.is_listed = 0 AND l.has_list = 0)
    OR NOT e.has_party_committee
    OR e.form IN ('investee', 'private', 'public_body')
)
SELECT
  entity,
  matter,
  decided_on AS since,
  entries,
  decided_on,
  item,
  amount_cny,
  limit_cny,
  list_from,
  missing,
  excluded
FROM answered
