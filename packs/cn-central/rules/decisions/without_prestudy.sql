-- A matter is found when it is on the list of its day, was decided, and no study by the party committee names it.
WITH listed AS (
  SELECT p.*
  FROM prestudy_matters AS p
  WHERE EXISTS (SELECT 1 FROM judged AS j WHERE j.entity = p.entity AND j.matter = p.matter)
  AND NOT EXISTS (
    SELECT 1
    FROM decision AS s
    WHERE s.entity = p.entity AND s.matter = p.matter AND s.body = 'party_committee'
  )
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
