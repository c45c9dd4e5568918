-- Payments that are legs of a ring of equal sums in any order of time, each with the first ring that it is in.
SELECT
  p.entity,
  p.payment,
  p.paid_on AS since,
  c.facts AS entries,
  p.payee,
  p.amount_cny,
  c.legs,
  c.members AS parties,
  c.begun,
  c.closed,
  c.circles
FROM judged AS p
JOIN first_circles AS c ON c.fact = p.fact AND c.pattern = 'any_order'
