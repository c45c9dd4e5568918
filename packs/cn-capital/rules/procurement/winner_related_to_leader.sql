-- Parties that are related, on the day, to a person in a post at the entity.
WITH found AS (
  SELECT
    j.entity,
    j.tender,
    r.other AS person,
    p.post,
    r.category,
    r.path,
    LIST_CONCAT([j.fact, p.fact], r.facts) AS entries,
    ROW_NUMBER() OVER (PARTITION BY j.entity, j.tender ORDER BY r.steps, r.path, p.post, p.fact) AS place
  FROM judged AS j
  JOIN related AS r ON r.party = j.winner
  JOIN post AS p ON p.entity = j.entity AND p.person = r.other
  WHERE COALESCE(r.valid_from <= j.awarded_on, TRUE)
    AND COALESCE(r.valid_until > j.awarded_on, TRUE)
    AND p.valid_from <= j.awarded_on
    AND COALESCE(p.valid_until > j.awarded_on, TRUE)
    AND r.category IN ('relative', 'controllers_relative', 'holders_relative', 'officers_relative', 'controller', 'holder', 'officer', 'related_firm')
)
SELECT
  j.entity,
  j.tender,
  j.awarded_on AS since,
  f.entries,
  j.winner,
  j.estimate_cny,
  f.person,
  f.post,
  f.category,
  f.path
FROM judged AS j
JOIN found AS f ON f.entity = j.entity AND f.tender = j.tender AND f.place = 1
