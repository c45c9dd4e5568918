-- Each judged flow with the first circle of each pattern that it is a leg of.
WITH leg AS (
  SELECT j.fact, t.flow, t.pattern, t.cycle, t.legs
  FROM judged AS j
  JOIN trade_cycle AS t ON t.fact = j.fact
),
circle AS (
  SELECT
    cycle,
    MIN(day) AS begun,
    MAX(day) AS closed,
    LIST(fact) AS facts,
    STRING_AGG(entity, '>' ORDER BY position) AS payers,
    STRING_AGG(payee, '>' ORDER BY position) AS payees,
    STRING_AGG(DISTINCT entity, ', ' ORDER BY entity) AS members,
    STRING_AGG(entity || '>' || payee, ' / ' ORDER BY position) AS pairs
  FROM trade_cycle
  WHERE cycle IN (SELECT cycle FROM leg)
  GROUP BY cycle
),
placed AS (
  SELECT
    l.*,
    ROW_NUMBER() OVER (PARTITION BY l.fact, l.flow, l.pattern ORDER BY c.closed, l.legs, l.cycle) AS place,
    ROW_NUMBER() OVER (PARTITION BY l.fact ORDER BY c.closed, l.legs, l.cycle) = 1 AS is_first,
    COUNT(*) OVER (PARTITION BY l.fact, l.flow, l.pattern) AS circles
  FROM leg AS l
  JOIN circle AS c ON c.cycle = l.cycle
)
SELECT
  p.fact,
  p.flow,
  p.pattern,
  p.is_first,
  p.legs,
  p.circles,
  c.facts,
  c.payers,
  c.payees,
  c.members,
  c.pairs,
  c.begun,
  c.closed
FROM placed AS p
JOIN circle AS c ON c.cycle = p.cycle
WHERE p.place = 1
