-- Each decided matter: whether it is on the list of its day and reaches its limit.
WITH act AS (
  SELECT
    j.entity, j.matter,
    MIN(j.decided_on) AS decided_on,
    MAX(COALESCE(j.item, m.item)) AS item,
    MAX(COALESCE(m.amount_cny, j.amount_cny)) AS amount_cny,
    ARRAY_AGG(j.fact) AS entries
  FROM deciding_steps AS j
  LEFT JOIN matter AS m ON m.entity = j.entity AND m.matter = j.matter
  GROUP BY j.entity, j.matter
),
line AS (
  SELECT a.entity, a.matter, l.item, l.limit_cny, l.valid_from, CASE WHEN l.holder IS NULL THEN 0 ELSE 1 END AS is_own
  FROM act AS a
  JOIN list_in_force AS l
    ON l.entity = a.entity
    AND l.list = 'prestudy'
    AND l.valid_from <= a.decided_on
    AND COALESCE(l.valid_until > a.decided_on, TRUE)
),
level AS (
  SELECT entity, matter, MAX(is_own) AS has_list
  FROM line
  GROUP BY entity, matter
)
SELECT
  a.entity,
  a.matter,
  a.decided_on,
  a.item,
  a.amount_cny,
  a.entries,
  COALESCE(MAX(v.has_list), 0) AS has_list,
  MAX(CASE WHEN l.item = a.item THEN 1 ELSE 0 END) AS is_listed,
  MAX(CASE WHEN l.item = a.item AND (l.limit_cny IS NULL OR a.amount_cny >= l.limit_cny) THEN 1 ELSE 0 END) AS is_reached,
  MIN(CASE WHEN l.item = a.item THEN l.limit_cny END) AS limit_cny,
  MAX(CASE WHEN l.item = a.item THEN l.valid_from END) AS list_from
FROM act AS a
LEFT JOIN level AS v ON v.entity = a.entity AND v.matter = a.matter
LEFT JOIN line AS l ON l.entity = a.entity AND l.matter = a.matter AND l.is_own = v.has_list
GROUP BY a.entity, a.matter, a.decided_on, a.item, a.amount_cny, a.entries
