-- Each contract with a counterparty tied to a post holder of the entity, with the most direct tie.
WITH tie AS (
  SELECT left_party AS one, right_party AS other, relation, valid_from, valid_until, fact FROM relation
  UNION ALL
  SELECT right_party AS one, left_party AS other, relation, valid_from, valid_until, fact FROM relation
),
reached AS (
  SELECT c.entity, c.contract, c.counterparty AS person, 'self' AS tie, c.fact AS tie_fact
  FROM judged AS c
  UNION ALL
  SELECT c.entity, c.contract, t.other AS person, t.relation AS tie, t.fact AS tie_fact
  FROM judged AS c
  JOIN tie AS t
    ON t.one = c.counterparty
    AND t.valid_from <= c.signed_on
    AND COALESCE(t.valid_until, DATE '9999-12-31') > c.signed_on
  WHERE t.relation IN ('kin', 'related_entity', 'controls')
  UNION ALL
  SELECT c.entity, c.contract, k.other AS person, k.relation || ' ' || t.relation AS tie, k.fact AS tie_fact
  FROM judged AS c
  JOIN tie AS t
    ON t.one = c.counterparty
    AND t.valid_from <= c.signed_on
    AND COALESCE(t.valid_until, DATE '9999-12-31') > c.signed_on
  JOIN tie AS k
    ON k.one = t.other
    AND k.relation = 'kin'
    AND k.valid_from <= c.signed_on
    AND COALESCE(k.valid_until, DATE '9999-12-31') > c.signed_on
  WHERE t.relation IN ('related_entity', 'controls')
  UNION ALL
  SELECT c.entity, c.contract, o.owner AS person, 'control ' || o.path AS tie, c.fact AS tie_fact
  FROM judged AS c
  JOIN control_period AS o
    ON o.entity = c.counterparty
    AND COALESCE(o.valid_from <= c.signed_on, TRUE)
    AND COALESCE(o.valid_until > c.signed_on, TRUE)
  UNION ALL
  SELECT c.entity, c.contract, k.other AS person, 'kin control ' || o.path AS tie, k.fact AS tie_fact
  FROM judged AS c
  JOIN control_period AS o
    ON o.entity = c.counterparty
    AND COALESCE(o.valid_from <= c.signed_on, TRUE)
    AND COALESCE(o.valid_until > c.signed_on, TRUE)
  JOIN tie AS k
    ON k.one = o.owner
    AND k.relation = 'kin'
    AND k.valid_from <= c.signed_on
    AND COALESCE(k.valid_until, DATE '9999-12-31') > c.signed_on
),
insider AS (
  SELECT
    r.entity, r.contract, r.person, r.tie, r.tie_fact, p.post, p.fact AS post_fact,
    CASE WHEN p.post IN ('chief_counsel', 'chief_compliance_officer') AND p.senior IS NULL THEN 1 ELSE 0 END AS may_be_senior,
    ROW_NUMBER() OVER (
      PARTITION BY r.entity, r.contract
      ORDER BY CASE WHEN p.post IN ('chief_counsel', 'chief_compliance_officer') AND p.senior IS NULL THEN 1 ELSE 0 END, LENGTH(r.tie), r.tie, r.person, p.post, p.fact, r.tie_fact
    ) AS place
  FROM reached AS r
  JOIN judged AS c ON c.entity = r.entity AND c.contract = r.contract
  JOIN post AS p
    ON p.entity = r.entity
    AND p.person = r.person
    AND p.valid_from <= c.signed_on
    AND COALESCE(p.valid_until, DATE '9999-12-31') > c.signed_on
  WHERE p.senior
    OR (p.post IN ('chief_counsel', 'chief_compliance_officer') AND p.senior IS NULL)
    OR p.post IN (
      'chair', 'director', 'outside_director', 'employee_director', 'supervisor',
      'general_manager', 'deputy_manager', 'cfo'
    )
)
SELECT
  c.entity,
  c.contract,
  c.matter,
  c.signed_on,
  [c.fact, i.post_fact, i.tie_fact] AS facts,
  c.counterparty,
  c.amount_cny,
  i.person,
  i.post,
  i.tie,
  i.may_be_senior,
  CASE WHEN i.tie = 'self' AND c.category IS NULL AND c.kind IN ('services', 'other') THEN 1 ELSE 0 END AS may_be_pay
FROM judged AS c
JOIN insider AS i ON i.entity = c.entity AND i.contract = c.contract AND i.place = 1
WHERE i.tie <> 'self'
  OR NOT EXISTS (
    SELECT 1
    FROM list_in_force AS l
    WHERE l.entity = c.entity
      AND l.list = 'office_contracts'
      AND l.item = c.category
      AND l.holder IS NULL
      AND l.valid_from <= c.signed_on
      AND COALESCE(l.valid_until > c.signed_on, TRUE)
  )
