-- A contract is found when it reaches the line and no collective body had approved as much by its day.
WITH line AS (
  SELECT entity, item, limit_cny, body, valid_from, valid_until
  FROM list_in_force
  WHERE list = 'collective_decision'
),
limited AS (
  SELECT
    j.entity, j.matter, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact,
    COALESCE(
      MIN(CASE WHEN l.item = j.item THEN l.limit_cny END),
      MIN(CASE WHEN l.item = 'contract' THEN l.limit_cny END),
      CAST(MAX(g.value) AS DECIMAL(18, 4))
    ) AS limit_cny,
    COALESCE(MAX(CASE WHEN l.item = j.item THEN l.body END), MAX(CASE WHEN l.item = 'contract' THEN l.body END)) AS body_required,
    MAX(o.value) AS overrun
  FROM judged AS j
  JOIN param_large_contract_cny AS g
    ON g.valid_from <= j.signed_on AND COALESCE(g.valid_until, DATE '9999-12-31') > j.signed_on
  JOIN param_decision_overrun_fraction AS o
    ON o.valid_from <= j.signed_on AND COALESCE(o.valid_until, DATE '9999-12-31') > j.signed_on
  LEFT JOIN line AS l
    ON l.entity = j.entity
    AND l.valid_from <= j.signed_on
    AND COALESCE(l.valid_until, DATE '9999-12-31') > j.signed_on
  GROUP BY j.entity, j.matter, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact
),
approved AS (
  SELECT
    a.entity, a.contract,
    MAX(CASE WHEN d.amount_cny IS NULL OR a.amount_cny <= d.amount_cny * (1 + a.overrun) THEN 1 ELSE 0 END) AS is_enough,
    MAX(d.amount_cny) AS decided_cny,
    MAX(d.decided_on) AS decided_on
  FROM limited AS a
  JOIN decision AS d ON d.entity = a.entity AND d.matter = a.matter AND d.decided_on <= a.signed_on
  WHERE d.final
    AND d.outcome = 'approved'
    AND d.body <> 'officer'
    AND (a.body_required IS NULL OR d.body IN (a.body_required, 'shareholders', 'owner'))
  GROUP BY a.entity, a.contract
)
SELECT
  a.entity,
  a.matter,
  a.contract,
  a.signed_on AS since,
  [a.fact] AS entries,
  a.counterparty,
  a.signed_on,
  a.amount_cny,
  a.limit_cny,
  a.body_required,
  p.decided_cny,
  p.decided_on
FROM limited AS a
LEFT JOIN approved AS p ON p.entity = a.entity AND p.contract = a.contract
WHERE a.amount_cny >= a.limit_cny AND COALESCE(p.is_enough, 0) = 0
