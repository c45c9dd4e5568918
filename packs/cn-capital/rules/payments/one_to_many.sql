-- Payments of an entity that pays many alike within days, each with the first such fan.
SELECT entity, payment, paid_on AS since, facts AS entries, centre, peers, total, begun, closed
FROM payment_fans
WHERE shape = 'fan_out'
