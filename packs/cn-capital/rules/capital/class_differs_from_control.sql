-- Entities with a declared form that differs from control by those above them.
WITH above AS (
  SELECT
    e.entity,
    MIN(c.owner) AS controller,
    MIN(c.basis) AS basis,
    COUNT(c.owner) > 0 AS is_controlled
  FROM judged AS e
  JOIN ancestor AS a ON a.entity = e.entity AND a.distance > 0
  LEFT JOIN controls AS c ON c.entity = e.entity AND c.owner = a.ancestor
  GROUP BY e.entity
),
known AS (
  SELECT DISTINCT entity FROM effective_share
)
SELECT
  e.entity,
  CAST(GREATEST(COALESCE(e.valid_from, DATE '2023-06-23'), DATE '2023-06-23') AS DATE) AS since,
  [e.fact] AS entries,
  e.form,
  a.controller,
  a.basis,
  CASE WHEN k.entity IS NULL AND NOT a.is_controlled THEN 'stake' END AS missing
FROM judged AS e
JOIN above AS a ON a.entity = e.entity
LEFT JOIN known AS k ON k.entity = e.entity
WHERE (k.entity IS NULL AND NOT a.is_controlled)
  OR (e.form = 'investee' AND a.is_controlled)
  OR (e.form <> 'investee' AND NOT a.is_controlled)
