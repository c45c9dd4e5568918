-- An item is found when statements of one kind, scope and period give it different amounts.
WITH told AS (
  SELECT
    l.entity, l.scope, l.period_end, l.item,
    COALESCE(s.kind, '') AS kind,
    COALESCE(s.stage, CASE WHEN s.auditor IS NULL AND s.opinion IS NULL THEN '' ELSE 'audited' END) AS stage,
    MIN(l.amount_cny) AS lowest_cny,
    MAX(l.amount_cny) AS highest_cny,
    MIN(l.statement) AS one_statement,
    MAX(l.statement) AS other_statement,
    ARRAY_AGG(l.fact) AS entries
  FROM judged AS l
  JOIN statement AS s
    ON s.entity = l.entity
    AND s.statement = l.statement
    AND s.scope = l.scope
    AND s.period_end = l.period_end
  GROUP BY
    l.entity, l.scope, l.period_end, l.item,
    COALESCE(s.kind, ''),
    COALESCE(s.stage, CASE WHEN s.auditor IS NULL AND s.opinion IS NULL THEN '' ELSE 'audited' END)
  HAVING MIN(l.amount_cny) < MAX(l.amount_cny)
),
first_of_item AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY entity, scope, period_end, item ORDER BY kind, stage) AS place
  FROM told
)
SELECT
  entity,
  scope,
  period_end,
  item,
  period_end AS since,
  entries,
  kind,
  stage,
  lowest_cny,
  highest_cny,
  one_statement,
  other_statement
FROM first_of_item
WHERE place = 1
