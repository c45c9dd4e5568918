-- Lots with a seller and a buyer that are one, have one ultimate controller, or are related on the day.
WITH pair AS (
  SELECT b.entity, b.shipment, b.lot, b.shipper AS upstream, s.receiver AS downstream, b.shipped_on, b.fact AS buy_fact, s.fact AS sell_fact
  FROM judged AS b
  JOIN shipment AS s ON s.entity = b.entity AND s.lot = b.lot AND s.shipper = b.entity
),
tied AS (
  SELECT *, 'same' AS tie, upstream AS path, [buy_fact, sell_fact] AS facts, 1 AS weight FROM pair WHERE upstream = downstream
  UNION ALL
  SELECT p.*, 'same controller' AS tie, u.path || ' / ' || COALESCE(d.path, p.downstream) AS path, [p.buy_fact, p.sell_fact] AS facts, 2 AS weight
  FROM pair AS p
  JOIN ultimate_controller AS u ON u.entity = p.upstream
  LEFT JOIN ultimate_controller AS d ON d.entity = p.downstream
  WHERE p.upstream <> p.downstream AND (d.owner = u.owner OR u.owner = p.downstream)
  UNION ALL
  SELECT p.*, 'same controller' AS tie, d.path, [p.buy_fact, p.sell_fact] AS facts, 2 AS weight
  FROM pair AS p
  JOIN ultimate_controller AS d ON d.entity = p.downstream AND d.owner = p.upstream
  UNION ALL
  SELECT p.*, r.category AS tie, r.path, LIST_CONCAT([p.buy_fact, p.sell_fact], r.facts) AS facts, 2 + r.steps AS weight
  FROM pair AS p
  JOIN related AS r ON r.party = p.upstream AND r.other = p.downstream
  WHERE COALESCE(r.valid_from <= p.shipped_on, TRUE) AND COALESCE(r.valid_until > p.shipped_on, TRUE)
),
first AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY entity, shipment ORDER BY weight, tie, path, downstream, sell_fact) AS place FROM tied
)
SELECT
  f.entity,
  f.lot,
  f.shipment,
  f.shipped_on AS since,
  f.facts AS entries,
  f.upstream,
  f.downstream,
  f.tie,
  f.path
FROM first AS f
WHERE f.place = 1
