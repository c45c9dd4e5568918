-- Entities on a ring of stakes, with a shortest way round.
SELECT
  e.entity,
  CAST(GREATEST(COALESCE(e.valid_from, DATE '2009-05-01'), DATE '2009-05-01') AS DATE) AS since,
  [e.fact] AS entries,
  i.detail AS ring
FROM judged AS e
JOIN stake_issue AS i ON i.entity = e.entity AND i.issue = 'ring'
