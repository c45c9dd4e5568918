-- A contract is found when it reaches the line and no collective body had approved as much by its day.
WITH limited AS (
  SELECT
    j.entity, j.matter, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact,
    COALESCE(
      MIN(CASE WHEN l.item = j.item THEN l.limit_cny END),
      MIN(l.limit_cny),
      CAST(MAX(g.value) AS DECIMAL(18, 4))
    ) AS limit_cny,
    COALESCE(MAX(CASE WHEN l.item = j.item THEN l.body END), MAX(l.body)) AS body,
    MAX(o.value) AS overrun
  FROM judged AS j
  JOIN param_large_contract_cny AS g
    ON g.valid_from <= j.signed_on AND (g.valid_until IS NULL OR g.valid_until > j.signed_on)
  JOIN param_decision_overrun_fraction AS o
    ON o.valid_from <= j.signed_on AND (o.valid_until IS NULL OR o.valid_until > j.signed_on)
  LEFT JOIN list_in_force AS l
    ON l.entity = j.entity
    AND l.list = 'collective_decision'
    AND (l.item = 'contract' OR l.item = j.item)
    AND l.valid_from <= j.signed_on
    AND (l.valid_until IS NULL OR l.valid_until > j.signed_on)
  GROUP BY j.entity, j.matter, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact
),
compared AS (
  SELECT
    a.entity, a.matter, a.contract, a.counterparty, a.signed_on, a.amount_cny, a.limit_cny, a.body, a.fact,
    MAX(CASE WHEN d.amount_cny IS NULL OR a.amount_cny <= d.amount_cny * (1 + a.overrun) THEN 1 ELSE 0 END) AS is_enough,
    MAX(d.amount_cny) AS decided_cny,
    MAX(d.decided_on) AS decided_on,
    COUNT(d.fact) AS decisions
  FROM limited AS a
  LEFT JOIN decision AS d
    ON d.entity = a.entity
    AND d.matter = a.matter
    AND d.final
    AND d.outcome = 'approved'
    AND d.body <> 'officer'
    AND (a.body IS NULL OR d.body IN (a.body, 'shareholders', 'owner'))
    AND d.decided_on <= a.signed_on
  WHERE a.amount_cny >= a.limit_cny
  GROUP BY a.entity, a.matter, a.contract, a.counterparty, a.signed_on, a.amount_cny, a.limit_cny, a.body, a.fact
)
SELECT
  entity,
  matter,
  contract,
  signed_on AS since,
  [fact] AS entries,
  counterparty,
  signed_on,
  amount_cny,
  limit_cny,
  body AS body_required,
  decided_cny,
  decided_on
FROM compared
WHERE decisions = 0 OR is_enough = 0
