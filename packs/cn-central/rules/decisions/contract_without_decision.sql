-- A contract is found when it reaches the line and no competent body had approved as much, with what went before, by its day.
WITH limited AS (
  SELECT
    j.entity, j.matter, j.contract, j.counterparty, j.signed_on, j.amount_cny, j.fact,
    t.limit_cny, t.is_reached, t.body_required, t.height,
    o.value AS overrun,
    SUM(j.amount_cny) OVER (
      PARTITION BY j.entity, j.matter, COALESCE(j.side, '')
      ORDER BY j.signed_on, j.contract ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS so_far_cny
  FROM judged AS j
  JOIN contract_tiers AS t ON t.entity = j.entity AND t.contract = j.contract
  JOIN param_decision_overrun_fraction AS o
    ON o.valid_from <= j.signed_on AND COALESCE(o.valid_until > j.signed_on, TRUE)
  LEFT JOIN matter AS m ON m.entity = j.entity AND m.matter = j.matter
  WHERE NOT COALESCE(m.emergency, FALSE)
),
decider AS (
  SELECT
    entity, matter, decision, body, decided_on, amount, amount_cny, COALESCE(proposal, decision) AS proposal,
    CASE body WHEN 'owner' THEN 5 WHEN 'shareholders' THEN 4 WHEN 'board' THEN 3 WHEN 'management' THEN 2 WHEN 'party_committee' THEN 2 WHEN 'officer' THEN 1 ELSE 0 END AS height
  FROM decision
  WHERE final AND outcome = 'approved'
),
competent AS (
  SELECT
    a.entity, a.contract, d.body, d.proposal,
    MAX(d.amount_cny) AS amount_cny,
    MAX(CASE WHEN d.amount IS NULL AND d.amount_cny IS NULL THEN 1 ELSE 0 END) AS is_open,
    MAX(CASE WHEN d.amount IS NOT NULL AND d.amount_cny IS NULL THEN 1 ELSE 0 END) AS is_unconverted,
    MAX(CASE WHEN d.decided_on IS NULL THEN 1 ELSE 0 END) AS is_undated,
    MAX(d.decided_on) AS decided_on
  FROM limited AS a
  JOIN decider AS d
    ON d.entity = a.entity
    AND d.matter = a.matter
    AND COALESCE(d.decided_on <= a.signed_on, TRUE)
    AND (d.height >= a.height OR d.body = a.body_required)
    AND (a.height > 0 OR d.body = a.body_required)
  GROUP BY a.entity, a.contract, d.body, d.proposal
),
by_body AS (
  -- What one body approved of several proposals adds up; what several bodies approved of one does not.
  SELECT
    entity, contract, body,
    SUM(CASE WHEN is_undated = 0 THEN amount_cny END) AS decided_cny,
    MAX(CASE WHEN is_undated = 0 THEN is_open ELSE 0 END) AS is_open,
    MAX(is_unconverted) AS is_unconverted,
    MAX(is_undated) AS is_undated,
    MAX(decided_on) AS decided_on
  FROM competent
  GROUP BY entity, contract, body
),
approved AS (
  SELECT
    entity, contract,
    MAX(decided_cny) AS decided_cny,
    MAX(is_open) AS is_open,
    MAX(is_unconverted) AS is_unconverted,
    MAX(is_undated) AS is_undated,
    MAX(decided_on) AS decided_on
  FROM by_body
  GROUP BY entity, contract
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
  a.so_far_cny,
  a.limit_cny,
  a.body_required,
  p.decided_cny,
  p.decided_on,
  CASE WHEN p.is_unconverted = 1 THEN 'decision.amount_cny' WHEN p.is_undated = 1 THEN 'decided_on' END AS missing
FROM limited AS a
LEFT JOIN approved AS p ON p.entity = a.entity AND p.contract = a.contract
WHERE a.is_reached
  AND COALESCE(p.is_open, 0) = 0
  AND COALESCE(GREATEST(a.so_far_cny, a.amount_cny) > p.decided_cny * (1 + a.overrun), TRUE)
