-- For each consolidated statement of a group's head, the first day until the next one with the group's guarantees above the limit.
WITH own AS (
  SELECT s.entity, s.statement, s.fact, s.period_end, n.amount_cny AS net_cny, MIN(l.period_end) AS next_end
  FROM judged AS s
  JOIN entity AS h ON h.entity = s.entity
  LEFT JOIN entity AS u ON u.entity = h.parent
  LEFT JOIN statement_lines AS n
    ON n.entity = s.entity AND n.statement = s.statement AND n.item = 'net_assets'
  LEFT JOIN statement AS l
    ON l.entity = s.entity AND l.scope = s.scope AND l.period_end > s.period_end
  WHERE h.parent IS NULL OR COALESCE(u.is_owner, FALSE)
  GROUP BY s.entity, s.statement, s.fact, s.period_end, n.amount_cny
),
given_by_group AS (
  SELECT m.ancestor AS head, g.fact, g.amount_cny, g.valid_from, g.valid_until
  FROM guarantee AS g
  JOIN ancestor AS m ON m.entity = g.entity
  JOIN (SELECT DISTINCT entity FROM own) AS o ON o.entity = m.ancestor
),
tested_days AS (
  SELECT entity, statement, period_end AS day FROM own
  UNION
  SELECT o.entity, o.statement, g.valid_from AS day
  FROM own AS o
  JOIN given_by_group AS g
    ON g.head = o.entity AND g.valid_from > o.period_end AND (o.next_end IS NULL OR g.valid_from < o.next_end)
),
sums AS (
  SELECT t.entity, t.statement, t.day, SUM(g.amount_cny) AS guaranteed_cny, ARRAY_AGG(g.fact) AS guarantees
  FROM tested_days AS t
  JOIN given_by_group AS g
    ON g.head = t.entity AND g.valid_from <= t.day AND (g.valid_until IS NULL OR g.valid_until > t.day)
  GROUP BY t.entity, t.statement, t.day
),
doubtful AS (
  SELECT
    o.entity,
    o.statement,
    o.fact,
    o.net_cny,
    s.day,
    s.guaranteed_cny,
    s.guarantees,
    CAST(o.net_cny * p.value / 100 AS DECIMAL(18, 4)) AS cap_cny,
    ROW_NUMBER() OVER (PARTITION BY o.entity, o.statement ORDER BY s.day) AS place
  FROM own AS o
  JOIN sums AS s ON s.entity = o.entity AND s.statement = o.statement
  JOIN param_group_guarantee_pct AS p
    ON s.day >= p.valid_from AND (p.valid_until IS NULL OR s.day < p.valid_until)
  WHERE s.guaranteed_cny > 0
    AND (o.net_cny IS NULL OR o.net_cny <= 0 OR s.guaranteed_cny > CAST(o.net_cny * p.value / 100 AS DECIMAL(18, 4)))
),
outside AS (
  SELECT s.entity, s.statement, s.fact, s.period_end
  FROM judged AS s
  JOIN entity AS h ON h.entity = s.entity
  LEFT JOIN entity AS u ON u.entity = h.parent
  WHERE h.parent IS NOT NULL AND NOT COALESCE(u.is_owner, FALSE)
)
SELECT
  COALESCE(d.entity, x.entity) AS entity,
  COALESCE(d.statement, x.statement) AS statement,
  COALESCE(d.day, x.period_end) AS since,
  d.net_cny,
  d.guaranteed_cny,
  d.cap_cny,
  CASE WHEN x.fact IS NULL AND NOT COALESCE(d.net_cny > 0, FALSE) THEN 'statement_lines.net_assets' END AS missing,
  CASE WHEN x.fact IS NOT NULL THEN 'not_the_head_of_a_group' END AS excluded,
  CASE WHEN x.fact IS NOT NULL THEN ARRAY[x.fact] ELSE LIST_CONCAT(ARRAY[d.fact], d.guarantees) END AS entries
FROM (SELECT * FROM doubtful WHERE place = 1) AS d
FULL JOIN outside AS x ON x.entity = d.entity AND x.statement = d.statement
