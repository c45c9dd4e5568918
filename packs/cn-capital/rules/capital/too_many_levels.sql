-- Entities with a legal or management level above the maximum of a group.
SELECT
  e.entity,
  CAST(GREATEST(COALESCE(e.valid_from, DATE '2016-05-18'), DATE '2016-05-18') AS DATE) AS since,
  [e.fact] AS entries,
  l.legal,
  l.management,
  CAST(lp.value AS INTEGER) AS legal_max,
  CAST(mp.value AS INTEGER) AS management_max
FROM judged AS e
JOIN level AS l ON l.entity = e.entity
JOIN param_legal_levels_max AS lp ON lp.valid_until IS NULL
JOIN param_management_levels_max AS mp ON mp.valid_until IS NULL
WHERE l.legal > lp.value OR l.management > mp.value
