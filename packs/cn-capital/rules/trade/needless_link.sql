-- Shipments between two entities of one group, of a lot that came from outside the group and was sold outside it.
WITH top AS (
  SELECT a.entity, a.ancestor AS head, ROW_NUMBER() OVER (PARTITION BY a.entity ORDER BY a.distance DESC) AS place
  FROM ancestor AS a
  JOIN entity AS h ON h.entity = a.ancestor AND NOT COALESCE(h.is_owner, FALSE)
),
sided AS (
  SELECT s.lot, s.fact, f.head AS from_head, t.head AS to_head
  FROM shipment AS s
  LEFT JOIN top AS f ON f.entity = s.shipper AND f.place = 1
  LEFT JOIN top AS t ON t.entity = s.receiver AND t.place = 1
),
within AS (
  SELECT i.lot, i.fact, i.from_head AS head, MIN(b.fact) AS bought, MIN(o.fact) AS sold
  FROM sided AS i
  JOIN sided AS b ON b.lot = i.lot AND b.to_head = i.from_head AND COALESCE(b.from_head <> i.from_head, TRUE)
  JOIN sided AS o ON o.lot = i.lot AND o.from_head = i.from_head AND COALESCE(o.to_head <> i.from_head, TRUE)
  WHERE i.from_head = i.to_head
  GROUP BY i.lot, i.fact, i.from_head
)
SELECT
  s.entity,
  s.shipment,
  s.lot,
  s.shipped_on AS since,
  [w.bought, s.fact, w.sold] AS entries,
  s.shipper,
  s.receiver,
  w.head AS group_head
FROM judged AS s
JOIN within AS w ON w.fact = s.fact
