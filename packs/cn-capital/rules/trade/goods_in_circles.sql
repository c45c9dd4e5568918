-- Shipments that are legs of a circle of the same goods, each with the first circle that it is in.
SELECT
  s.entity,
  s.shipment,
  s.shipped_on AS since,
  c.facts AS entries,
  s.goods,
  s.quantity,
  c.legs,
  c.payees AS parties,
  c.begun,
  c.closed
FROM judged AS s
JOIN first_circles AS c ON c.fact = s.fact AND c.flow = 'shipment' AND c.is_first
