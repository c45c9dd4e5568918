-- Each payment with the first fan of each shape that it is a leg of, routine purposes left out.
WITH leg AS (
  SELECT
    p.entity, p.payment, p.purpose, p.paid_on, f.shape, f.fan, f.centre, f.peers, f.total, f.since, f.until,
    ROW_NUMBER() OVER (PARTITION BY p.entity, p.payment, f.shape ORDER BY f.since, f.fan) AS place
  FROM judged AS p
  JOIN flow_fan AS f ON f.fact = p.fact AND f.flow = 'payment'
),
fan AS (
  SELECT fan, LIST(fact ORDER BY fact) AS facts
  FROM flow_fan
  WHERE flow = 'payment' AND fan IN (SELECT fan FROM leg)
  GROUP BY fan
)
SELECT
  l.entity,
  l.payment,
  l.shape,
  l.paid_on,
  f.facts,
  l.centre,
  l.peers,
  l.total,
  l.since AS begun,
  l.until AS closed
FROM leg AS l
JOIN fan AS f ON f.fan = l.fan
WHERE l.place = 1
  AND NOT EXISTS (
    SELECT 1
    FROM list_in_force AS r
    WHERE r.entity = l.entity
      AND r.list = 'routine_purposes'
      AND r.item = l.purpose
      AND r.valid_from <= l.paid_on
      AND COALESCE(r.valid_until, DATE '9999-12-31') > l.paid_on
  )
