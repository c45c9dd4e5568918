-- Parties that are related, on the day, to a person in a post at the entity.
WITH found AS (
  SELECT
    j.entity,
    j.contract,
    r.other AS person,
    p.post,
    r.category,
    r.path,
    LIST_CONCAT([j.fact, p.fact], r.facts) AS entries,
    ROW_NUMBER() OVER (PARTITION BY j.entity, j.contract ORDER BY r.steps, r.path, p.post, p.fact) AS place
  FROM judged AS j
  JOIN related AS r ON r.party = j.counterparty
  JOIN post AS p ON p.entity = j.entity AND p.person = r.other
  WHERE COALESCE(r.valid_from <= j.signed_on, TRUE)
    AND COALESCE(r.valid_until > j.signed_on, TRUE)
    AND p.valid_from <= j.signed_on
    AND COALESCE(p.valid_until > j.signed_on, TRUE)
    AND r.category IN ('relative', 'controllers_relative', 'holders_relative', 'officers_relative')
)
SELECT
  j.entity,
  j.contract,
  j.signed_on AS since,
  f.entries,
  j.counterparty,
  j.amount_cny,
  f.person,
  f.post,
  f.category,
  f.path
FROM judged AS j
JOIN found AS f ON f.entity = j.entity AND f.contract = j.contract AND f.place = 1
