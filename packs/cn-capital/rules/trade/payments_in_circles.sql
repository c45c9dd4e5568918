-- Payments that are legs of a circle, each with the first circle that it is in.
SELECT
  p.entity,
  p.payment,
  p.paid_on AS since,
  c.facts AS entries,
  p.payee,
  p.amount_cny,
  c.legs,
  c.payers AS parties,
  c.begun,
  c.closed,
  c.circles
FROM judged AS p
JOIN first_circles AS c ON c.fact = p.fact AND c.pattern = 'in_turn'
