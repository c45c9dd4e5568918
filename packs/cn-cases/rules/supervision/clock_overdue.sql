-- A clock is found when it has run out, or when what it waited for came after its last day.
SELECT
  j.case_id,
  j.clock,
  j.instance,
  COALESCE(j.holder, j.entity) AS entity,
  j.due_on AS since,
  [j.fact] AS entries,
  j.by_line,
  j.started_on,
  j.due_on,
  j.ended_on,
  j.order_number
FROM judged AS j
WHERE j.ran_out OR j.ended_on > j.due_on
