-- A payment above a thousand is found when somebody manages the payer; it tells who, and at which level the payer stands.
SELECT p.entity, p.payment, p.paid_on AS since, [p.fact] AS entries, p.amount, a.ancestor AS above, l.management
FROM judged AS p
JOIN ancestor AS a ON a.entity = p.entity AND a.distance = 1
JOIN level AS l ON l.entity = p.entity
WHERE p.amount > 1000
