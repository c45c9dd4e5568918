-- Transactions after the sold entity got a holder that was itself set up within the days before approval.
WITH layered AS (
  SELECT
    t.entity,
    t.transaction,
    s.holder AS layer,
    s.valid_from AS held_from,
    h.fact AS holder_fact,
    s.fact AS stake_fact,
    p.value AS days,
    ROW_NUMBER() OVER (PARTITION BY t.entity, t.transaction ORDER BY s.valid_from, s.holder, s.fact) AS place
  FROM judged AS t
  JOIN param_inserted_layer_days AS p ON p.valid_from <= t.approved_on AND COALESCE(p.valid_until > t.approved_on, TRUE)
  JOIN stake AS s ON s.entity = t.subject_entity AND s.valid_from <= t.approved_on
  JOIN entity AS h ON h.entity = s.holder
  WHERE s.valid_from >= t.approved_on - CAST(p.value AS INTEGER) AND h.valid_from >= t.approved_on - CAST(p.value AS INTEGER)
)
SELECT
  t.entity,
  t.transaction,
  t.approved_on AS since,
  [t.fact, l.stake_fact, l.holder_fact] AS entries,
  t.subject_entity,
  l.layer,
  l.held_from,
  CAST(l.days AS INTEGER) AS days
FROM judged AS t
JOIN layered AS l ON l.entity = t.entity AND l.transaction = t.transaction AND l.place = 1
