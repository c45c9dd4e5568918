-- Holders that are related, on the day of their stake, to a person in a post at another holder of the same entity.
WITH found AS (
  SELECT
    s.holder,
    s.entity,
    s.valid_from,
    t.holder AS partner_of,
    r.other AS person,
    p.post,
    r.category,
    r.path,
    r.facts,
    p.fact AS post_fact,
    t.fact AS other_fact,
    ROW_NUMBER() OVER (PARTITION BY s.holder, s.entity, s.valid_from ORDER BY r.steps, r.path, t.holder, p.post, p.fact) AS place
  FROM judged AS s
  JOIN stake AS t ON t.entity = s.entity AND t.holder <> s.holder
  JOIN related AS r ON r.party = s.holder
  JOIN post AS p ON p.entity = t.holder AND p.person = r.other
  WHERE COALESCE(r.valid_from <= s.valid_from, TRUE)
    AND COALESCE(r.valid_until > s.valid_from, TRUE)
    AND p.valid_from <= s.valid_from
    AND COALESCE(p.valid_until > s.valid_from, TRUE)
    AND r.category NOT IN ('officer', 'address', 'phone')
)
SELECT
  s.holder,
  s.entity,
  s.valid_from,
  s.valid_from AS since,
  LIST_CONCAT([s.fact, f.other_fact, f.post_fact], f.facts) AS entries,
  f.partner_of,
  f.person,
  f.post,
  f.category,
  f.path
FROM judged AS s
JOIN found AS f ON f.holder = s.holder AND f.entity = s.entity AND f.valid_from = s.valid_from AND f.place = 1
