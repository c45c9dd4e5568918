-- Payments that gather at one party and are scattered from it in like sum, each with the first such shape.
SELECT entity, payment, paid_on AS since, facts AS entries, centre, peers, total, begun, closed
FROM payment_fans
WHERE shape = 'gather_scatter'
