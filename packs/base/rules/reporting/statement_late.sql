-- A statement due is found when its day has passed and it did not come, or came later.
WITH matched AS (
  SELECT
    r.entity, r.statement_kind, r.period_end, r.due_on, r.fact,
    MIN(CASE WHEN s.kind = r.statement_kind THEN CAST(s.first_at AS DATE) END) AS received_on,
    MIN(CASE WHEN s.kind = r.statement_kind THEN s.fact END) AS received_fact,
    MAX(CASE WHEN s.fact IS NOT NULL AND s.kind IS NULL THEN 1 ELSE 0 END) AS has_unnamed
  FROM judged AS r
  LEFT JOIN statement AS s ON s.entity = r.entity AND s.period_end = r.period_end
  GROUP BY r.entity, r.statement_kind, r.period_end, r.due_on, r.fact
)
SELECT
  m.entity,
  m.statement_kind,
  m.period_end,
  m.due_on AS since,
  CASE WHEN m.received_fact IS NULL THEN [m.fact] ELSE [m.fact, m.received_fact] END AS entries,
  m.due_on,
  m.received_on,
  DATE_DIFF('day', m.due_on, m.received_on) AS days_late,
  CASE
    WHEN m.received_on IS NOT NULL THEN NULL
    WHEN c.today IS NULL THEN 'clock'
    WHEN m.has_unnamed = 1 THEN 'kind'
  END AS missing
FROM matched AS m
LEFT JOIN clock AS c ON TRUE
WHERE m.received_on > m.due_on
  OR (m.received_on IS NULL AND (c.today IS NULL OR c.today > m.due_on))
