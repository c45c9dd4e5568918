-- Each judged payment with its lowest line, whether it reaches one, and the highest body among the tiers reached.
WITH applicable AS (
  SELECT
    j.entity, j.payment, j.amount_cny, l.distance, l.item, l.limit_cny, l.body, l.height,
    CASE WHEN l.item = j.item THEN 1 ELSE 0 END AS is_own,
    MAX(CASE WHEN l.item = j.item THEN 1 ELSE 0 END) OVER (PARTITION BY j.entity, j.payment, l.distance) AS has_own
  FROM judged AS j
  JOIN decision_lines AS l
    ON l.entity = j.entity
    AND (l.item = 'payment' OR l.item = j.item)
    AND l.valid_from <= j.paid_on
    AND COALESCE(l.valid_until > j.paid_on, TRUE)
),
lowest AS (
  SELECT
    entity, payment,
    MIN(limit_cny) AS lowest_cny,
    MAX(CASE WHEN is_own = 1 THEN item ELSE 'payment' END) AS line_item
  FROM applicable
  WHERE is_own = has_own
  GROUP BY entity, payment
),
reached AS (
  SELECT
    entity, payment, limit_cny, body, height,
    ROW_NUMBER() OVER (PARTITION BY entity, payment ORDER BY height DESC, limit_cny, body) AS place
  FROM applicable
  WHERE is_own = has_own AND amount_cny >= limit_cny
)
SELECT
  j.entity,
  j.payment,
  COALESCE(r.limit_cny, w.lowest_cny, CAST(g.value AS DECIMAL(18, 4))) AS limit_cny,
  CASE WHEN w.payment IS NULL THEN j.amount_cny >= CAST(g.value AS DECIMAL(18, 4)) ELSE r.payment IS NOT NULL END AS is_reached,
  COALESCE(w.line_item, 'payment') AS line_item,
  r.body AS body_required,
  COALESCE(r.height, 2) AS height
FROM judged AS j
JOIN param_large_payment_cny AS g
  ON g.valid_from <= j.paid_on AND COALESCE(g.valid_until > j.paid_on, TRUE)
LEFT JOIN lowest AS w ON w.entity = j.entity AND w.payment = j.payment
LEFT JOIN reached AS r ON r.entity = j.entity AND r.payment = j.payment AND r.place = 1
