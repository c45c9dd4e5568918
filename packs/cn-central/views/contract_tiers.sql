-- Each judged contract with its lowest line, whether it reaches one, and the highest body among the tiers reached.
WITH applicable AS (
  SELECT
    j.entity, j.contract, j.amount_cny, l.distance, l.item, l.limit_cny, l.body, l.height,
    CASE WHEN l.item = j.item THEN 1 ELSE 0 END AS is_own,
    MAX(CASE WHEN l.item = j.item THEN 1 ELSE 0 END) OVER (PARTITION BY j.entity, j.contract, l.distance) AS has_own
  FROM judged AS j
  JOIN decision_lines AS l
    ON l.entity = j.entity
    AND (l.item = 'contract' OR l.item = j.item)
    AND l.valid_from <= j.signed_on
    AND COALESCE(l.valid_until > j.signed_on, TRUE)
),
lowest AS (
  SELECT
    entity, contract,
    MIN(limit_cny) AS lowest_cny,
    MAX(CASE WHEN is_own = 1 THEN item ELSE 'contract' END) AS line_item
  FROM applicable
  WHERE is_own = has_own
  GROUP BY entity, contract
),
reached AS (
  SELECT
    entity, contract, limit_cny, body, height,
    ROW_NUMBER() OVER (PARTITION BY entity, contract ORDER BY height DESC, limit_cny, body) AS place
  FROM applicable
  WHERE is_own = has_own AND amount_cny >= limit_cny
)
SELECT
  j.entity,
  j.contract,
  COALESCE(r.limit_cny, w.lowest_cny, CAST(g.value AS DECIMAL(18, 4))) AS limit_cny,
  CASE WHEN w.contract IS NULL THEN j.amount_cny >= CAST(g.value AS DECIMAL(18, 4)) ELSE r.contract IS NOT NULL END AS is_reached,
  COALESCE(w.line_item, 'contract') AS line_item,
  r.body AS body_required,
  COALESCE(r.height, 2) AS height
FROM judged AS j
JOIN param_large_contract_cny AS g
  ON g.valid_from <= j.signed_on AND COALESCE(g.valid_until > j.signed_on, TRUE)
LEFT JOIN lowest AS w ON w.entity = j.entity AND w.contract = j.contract
LEFT JOIN reached AS r ON r.entity = j.entity AND r.contract = j.contract AND r.place = 1
