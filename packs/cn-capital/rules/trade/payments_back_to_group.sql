-- Payments that are legs of a circle by way of a control group, each with the first circle that it is in.
WITH circle AS (
  SELECT cycle, MIN(day) AS begun, MAX(day) AS closed, LIST(fact) AS facts, STRING_AGG(entity || '>' || payee, ' / ' ORDER BY position) AS parties
  FROM trade_cycle
  WHERE flow = 'payment' AND pattern = 'merged'
  GROUP BY cycle
),
leg AS (
  SELECT
    p.entity,
    p.payment,
    t.cycle,
    t.legs,
    ROW_NUMBER() OVER (PARTITION BY p.entity, p.payment ORDER BY c.closed, t.legs, t.cycle) AS place,
    COUNT(*) OVER (PARTITION BY p.entity, p.payment) AS circles
  FROM judged AS p
  JOIN trade_cycle AS t ON t.fact = p.fact AND t.pattern = 'merged'
  JOIN circle AS c ON c.cycle = t.cycle
)
SELECT
  p.entity,
  p.payment,
  p.paid_on AS since,
  c.facts AS entries,
  p.payee,
  p.amount_cny,
  l.legs,
  c.parties,
  c.begun,
  c.closed,
  l.circles
FROM judged AS p
JOIN leg AS l ON l.entity = p.entity AND l.payment = p.payment AND l.place = 1
JOIN circle AS c ON c.cycle = l.cycle
