-- A contract is found when it reaches the line, names no matter and is none of daily business.
WITH daily AS (
  SELECT
    j.entity, j.contract,
    COUNT(DISTINCT l.distance) AS lists,
    COUNT(DISTINCT CASE WHEN l.item = j.kind OR l.item = j.category THEN l.distance END) AS lists_with_it
  FROM judged AS j
  JOIN list_in_force AS l
    ON l.entity = j.entity
    AND l.list = 'daily_contracts'
    AND l.valid_from <= j.signed_on
    AND COALESCE(l.valid_until > j.signed_on, TRUE)
  GROUP BY j.entity, j.contract
)
SELECT
  j.entity,
  j.contract,
  j.signed_on AS since,
  [j.fact] AS entries,
  j.counterparty,
  j.kind,
  j.signed_on,
  j.amount_cny,
  t.limit_cny
FROM judged AS j
JOIN contract_tiers AS t ON t.entity = j.entity AND t.contract = j.contract
LEFT JOIN daily AS d ON d.entity = j.entity AND d.contract = j.contract
WHERE t.is_reached AND NOT COALESCE(d.lists = d.lists_with_it, FALSE)
