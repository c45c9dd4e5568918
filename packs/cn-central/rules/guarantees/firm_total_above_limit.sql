-- For each stand-alone statement, the first day until the next one with guarantees above the limit.
WITH own AS (
  SELECT s.entity, s.statement, s.fact, s.period_end, n.amount_cny AS net_cny, MIN(l.period_end) AS next_end
  FROM judged AS s
  LEFT JOIN statement_lines AS n
    ON n.entity = s.entity AND n.statement = s.statement AND n.item = 'net_assets'
  LEFT JOIN statement AS l
    ON l.entity = s.entity AND l.scope = s.scope AND l.period_end > s.period_end
  GROUP BY s.entity, s.statement, s.fact, s.period_end, n.amount_cny
),
tested_days AS (
  SELECT entity, statement, period_end AS day FROM own
  UNION
  SELECT o.entity, o.statement, g.valid_from AS day
  FROM own AS o
  JOIN guarantee AS g
    ON g.entity = o.entity AND g.valid_from > o.period_end AND (o.next_end IS NULL OR g.valid_from < o.next_end)
),
sums AS (
  SELECT t.entity, t.statement, t.day, SUM(g.amount_cny) AS guaranteed_cny, ARRAY_AGG(g.fact) AS guarantees
  FROM tested_days AS t
  JOIN guarantee AS g
    ON g.entity = t.entity AND g.valid_from <= t.day AND (g.valid_until IS NULL OR g.valid_until > t.day)
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
  JOIN param_firm_guarantee_pct AS p
    ON s.day >= p.valid_from AND (p.valid_until IS NULL OR s.day < p.valid_until)
  WHERE s.guaranteed_cny > 0
    AND (o.net_cny IS NULL OR o.net_cny <= 0 OR s.guaranteed_cny > CAST(o.net_cny * p.value / 100 AS DECIMAL(18, 4)))
)
SELECT
  entity,
  statement,
  day AS since,
  net_cny,
  guaranteed_cny,
  cap_cny,
  CASE WHEN net_cny > 0 THEN NULL ELSE 'statement_lines.net_assets' END AS missing,
  LIST_CONCAT(ARRAY[fact], guarantees) AS entries
FROM doubtful
WHERE place = 1
