-- A vote is found when its voter, or the person represented, is tied to the matter's counterparty on that day.
WITH tie AS (
  SELECT left_party AS one, right_party AS other, relation, valid_from, valid_until, fact FROM relation
  UNION ALL
  SELECT right_party AS one, left_party AS other, relation, valid_from, valid_until, fact FROM relation
),
cast_vote AS (
  SELECT
    v.entity, v.matter, v.decision, v.person, v.vote, v.fact, d.decided_on, d.fact AS decision_fact, m.counterparty, m.fact AS matter_fact
  FROM judged AS v
  JOIN decision AS d ON d.entity = v.entity AND d.matter = v.matter AND d.decision = v.decision AND d.body = 'board'
  LEFT JOIN matter AS m ON m.entity = v.entity AND m.matter = v.matter
),
interest AS (
  SELECT entity, decision, person, person AS interested FROM judged
  UNION ALL
  SELECT entity, decision, person, proxy_for AS interested FROM judged WHERE proxy_for IS NOT NULL
),
path AS (
  SELECT v.entity, v.decision, v.person, i.interested, t.relation AS tie, t.fact AS first_fact, t.fact AS last_fact
  FROM cast_vote AS v
  JOIN interest AS i ON i.entity = v.entity AND i.decision = v.decision AND i.person = v.person
  JOIN tie AS t
    ON t.one = i.interested
    AND t.other = v.counterparty
    AND t.valid_from <= v.decided_on
    AND COALESCE(t.valid_until, DATE '9999-12-31') > v.decided_on
  WHERE t.relation IN ('kin', 'related_entity', 'controls', 'acting_in_concert', 'agreement')
  UNION ALL
  SELECT v.entity, v.decision, v.person, i.interested, k.relation || ' ' || t.relation AS tie, k.fact AS first_fact, t.fact AS last_fact
  FROM cast_vote AS v
  JOIN interest AS i ON i.entity = v.entity AND i.decision = v.decision AND i.person = v.person
  JOIN tie AS k
    ON k.one = i.interested
    AND k.relation = 'kin'
    AND k.valid_from <= v.decided_on
    AND COALESCE(k.valid_until, DATE '9999-12-31') > v.decided_on
  JOIN tie AS t
    ON t.one = k.other
    AND t.other = v.counterparty
    AND t.valid_from <= v.decided_on
    AND COALESCE(t.valid_until, DATE '9999-12-31') > v.decided_on
  WHERE t.relation IN ('related_entity', 'controls')
  UNION ALL
  SELECT v.entity, v.decision, v.person, i.interested, 'control ' || o.path AS tie, v.matter_fact AS first_fact, v.matter_fact AS last_fact
  FROM cast_vote AS v
  JOIN interest AS i ON i.entity = v.entity AND i.decision = v.decision AND i.person = v.person
  JOIN control_period AS o
    ON o.entity = v.counterparty
    AND o.owner = i.interested
    AND COALESCE(o.valid_from <= v.decided_on, TRUE)
    AND COALESCE(o.valid_until > v.decided_on, TRUE)
  UNION ALL
  SELECT v.entity, v.decision, v.person, i.interested, 'kin control ' || o.path AS tie, k.fact AS first_fact, k.fact AS last_fact
  FROM cast_vote AS v
  JOIN interest AS i ON i.entity = v.entity AND i.decision = v.decision AND i.person = v.person
  JOIN tie AS k
    ON k.one = i.interested
    AND k.relation = 'kin'
    AND k.valid_from <= v.decided_on
    AND COALESCE(k.valid_until > v.decided_on, TRUE)
  JOIN control_period AS o
    ON o.entity = v.counterparty
    AND o.owner = k.other
    AND COALESCE(o.valid_from <= v.decided_on, TRUE)
    AND COALESCE(o.valid_until > v.decided_on, TRUE)
  UNION ALL
  SELECT v.entity, v.decision, v.person, i.interested, 'self' AS tie, v.matter_fact AS first_fact, v.matter_fact AS last_fact
  FROM cast_vote AS v
  JOIN interest AS i ON i.entity = v.entity AND i.decision = v.decision AND i.person = v.person
  WHERE v.counterparty = i.interested
),
shortest AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY entity, decision, person ORDER BY LENGTH(tie), tie, interested, first_fact, last_fact) AS place
  FROM path
)
SELECT
  v.entity,
  v.decision,
  v.person,
  v.matter,
  COALESCE(v.decided_on, DATE '2009-05-01') AS since,
  CASE
    WHEN s.first_fact IS NULL THEN [v.decision_fact]
    WHEN s.first_fact = s.last_fact THEN [v.decision_fact, v.matter_fact, s.first_fact]
    ELSE [v.decision_fact, v.matter_fact, s.first_fact, s.last_fact]
  END AS entries,
  v.decided_on,
  v.vote,
  v.counterparty,
  s.interested,
  s.tie,
  CASE
    WHEN v.counterparty IS NULL THEN 'counterparty'
    WHEN v.decided_on IS NULL THEN 'decided_on'
    WHEN v.decided_on < DATE '2024-07-01' AND e.form IS NULL THEN 'form'
  END AS missing,
  CASE WHEN v.decided_on < DATE '2024-07-01' AND e.form NOT IN ('controlled', 'investee') THEN 'form' END AS excluded
FROM cast_vote AS v
LEFT JOIN entity AS e ON e.entity = v.entity
LEFT JOIN shortest AS s
  ON s.entity = v.entity AND s.decision = v.decision AND s.person = v.person AND s.place = 1
WHERE s.tie IS NOT NULL OR v.counterparty IS NULL OR v.decided_on IS NULL
