-- Shipments that are legs of a circle of the same goods, each with the first circle that it is in.
WITH circle AS (
  SELECT cycle, MIN(day) AS begun, MAX(day) AS closed, LIST(fact) AS facts, STRING_AGG(payee, '>' ORDER BY position) AS parties
  FROM trade_cycle
  WHERE flow = 'shipment'
  GROUP BY cycle
),
leg AS (
  SELECT s.entity, s.shipment, t.cycle, t.legs, ROW_NUMBER() OVER (PARTITION BY s.entity, s.shipment ORDER BY c.closed, t.legs, t.cycle) AS place
  FROM judged AS s
  JOIN trade_cycle AS t ON t.fact = s.fact AND t.flow = 'shipment'
  JOIN circle AS c ON c.cycle = t.cycle
)
SELECT
  s.entity,
  s.shipment,
  s.shipped_on AS since,
  c.facts AS entries,
  s.goods,
  s.quantity,
  l.legs,
  c.parties,
  c.begun,
  c.closed
FROM judged AS s
JOIN leg AS l ON l.entity = s.entity AND l.shipment = s.shipment AND l.place = 1
JOIN circle AS c ON c.cycle = l.cycle
