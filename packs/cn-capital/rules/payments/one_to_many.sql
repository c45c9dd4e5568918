-- Payments of an entity that pays many alike within days, each with the first such fan.
WITH fan AS (
  SELECT fan, LIST(fact ORDER BY fact) AS facts
  FROM flow_fan
  WHERE flow = 'payment' AND shape = 'fan_out'
  GROUP BY fan
),
leg AS (
  SELECT p.entity, p.payment, f.fan, f.centre, f.peers, f.total, f.since, f.until, ROW_NUMBER() OVER (PARTITION BY p.entity, p.payment ORDER BY f.since, f.fan) AS place
  FROM judged AS p
  JOIN flow_fan AS f ON f.fact = p.fact AND f.flow = 'payment' AND f.shape = 'fan_out'
)
SELECT
  p.entity,
  p.payment,
  p.paid_on AS since,
  f.facts AS entries,
  l.centre,
  l.peers,
  l.total,
  l.since AS begun,
  l.until AS closed
FROM judged AS p
JOIN leg AS l ON l.entity = p.entity AND l.payment = p.payment AND l.place = 1
JOIN fan AS f ON f.fan = l.fan
WHERE NOT EXISTS (
  SELECT 1
  FROM list_in_force AS r
  WHERE r.entity = p.entity
    AND r.list = 'routine_purposes'
    AND r.item = p.purpose
    AND r.valid_from <= p.paid_on
    AND COALESCE(r.valid_until, DATE '9999-12-31') > p.paid_on
)
