-- An active entity is found when the last report about it is more days old than allowed.
WITH told AS (
  SELECT
    e.entity, e.name, e.parent, e.fact, h.last_at, h.fact AS last_fact, c.today,
    COALESCE(CAST(h.last_at AS DATE), e.valid_from, CAST(e.received_at AS DATE)) AS last_on
  FROM judged AS e
  LEFT JOIN last_report AS h ON h.entity = e.entity
  LEFT JOIN clock AS c ON TRUE
)
SELECT
  t.entity,
  t.last_on AS since,
  [COALESCE(t.last_fact, t.fact)] AS entries,
  t.name,
  t.parent,
  t.last_on,
  CAST(t.last_on + INTERVAL '1' DAY * CAST(p.value AS INTEGER) AS DATE) AS due_on,
  p.value AS silent_days_max,
  CASE WHEN t.today IS NULL THEN 'clock' WHEN t.last_on IS NULL THEN 'last_on' END AS missing
FROM told AS t
LEFT JOIN param_silent_days AS p
  ON p.valid_from <= t.today AND COALESCE(p.valid_until, DATE '9999-12-31') > t.today
WHERE t.today IS NULL OR t.last_on IS NULL OR DATE_DIFF('day', t.last_on, t.today) > p.value
