-- A payment is found when it reaches the line and no competent body had approved as much, with what went before, by its day.
WITH limited AS (
  SELECT
    j.entity, j.matter, j.payment, j.payee, j.paid_on, j.amount_cny, j.fact,
    t.limit_cny, t.is_reached, t.body_required, t.height,
    o.value AS overrun,
    SUM(j.amount_cny) OVER (
      PARTITION BY j.entity, j.matter
      ORDER BY j.paid_on, j.payment ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS so_far_cny
  FROM judged AS j
  JOIN payment_tiers AS t ON t.entity = j.entity AND t.payment = j.payment
  JOIN param_decision_overrun_fraction AS o
    ON o.valid_from <= j.paid_on AND COALESCE(o.valid_until > j.paid_on, TRUE)
  LEFT JOIN matter AS m ON m.entity = j.entity AND m.matter = j.matter
  WHERE NOT COALESCE(m.emergency, FALSE)
    AND NOT EXISTS (
      SELECT 1
      FROM listed_purposes AS r
      WHERE r.entity = j.entity AND r.payment = j.payment AND r.list = 'routine_purposes'
    )
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
    a.entity, a.payment, d.body, d.proposal,
    MAX(d.amount_cny) AS amount_cny,
    MAX(CASE WHEN d.amount IS NULL AND d.amount_cny IS NULL THEN 1 ELSE 0 END) AS is_open,
    MAX(CASE WHEN d.amount IS NOT NULL AND d.amount_cny IS NULL THEN 1 ELSE 0 END) AS is_unconverted,
    MAX(CASE WHEN d.decided_on IS NULL THEN 1 ELSE 0 END) AS is_undated,
    MAX(d.decided_on) AS decided_on
  FROM limited AS a
  JOIN decider AS d
    ON d.entity = a.entity
    AND d.matter = a.matter
    AND COALESCE(d.decided_on <= a.paid_on, TRUE)
    AND (d.height >= a.height OR d.body = a.body_required)
    AND (a.height > 0 OR d.body = a.body_required)
  GROUP BY a.entity, a.payment, d.body, d.proposal
),
by_body AS (
  -- What one body approved of several proposals adds up; what several bodies approved of one does not.
  SELECT
    entity, payment, body,
    SUM(CASE WHEN is_undated = 0 THEN amount_cny END) AS decided_cny,
    MAX(CASE WHEN is_undated = 0 THEN is_open ELSE 0 END) AS is_open,
    MAX(is_unconverted) AS is_unconverted,
    MAX(is_undated) AS is_undated,
    MAX(decided_on) AS decided_on
  FROM competent
  GROUP BY entity, payment, body
),
approved AS (
  SELECT
    entity, payment,
    MAX(decided_cny) AS decided_cny,
    MAX(is_open) AS is_open,
    MAX(is_unconverted) AS is_unconverted,
    MAX(is_undated) AS is_undated,
    MAX(decided_on) AS decided_on
  FROM by_body
  GROUP BY entity, payment
)
SELECT
  a.entity,
  a.matter,
  a.payment,
  a.paid_on AS since,
  [a.fact] AS entries,
  a.payee,
  a.paid_on,
  a.amount_cny,
  a.so_far_cny,
  a.limit_cny,
  a.body_required,
  p.decided_cny,
  p.decided_on,
  CASE WHEN p.is_unconverted = 1 THEN 'decision.amount_cny' WHEN p.is_undated = 1 THEN 'decided_on' END AS missing
FROM limited AS a
LEFT JOIN approved AS p ON p.entity = a.entity AND p.payment = a.payment
WHERE a.is_reached
  AND COALESCE(p.is_open, 0) = 0
  AND COALESCE(GREATEST(a.so_far_cny, a.amount_cny) > p.decided_cny * (1 + a.overrun), TRUE)
