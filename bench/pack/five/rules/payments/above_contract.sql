-- Contracts with payments above their amount.
WITH paid AS (
  SELECT p.entity, p.contract, SUM(p.amount_cny) AS paid_cny, MAX(p.paid_on) AS last_on, ARRAY_AGG(p.fact) AS entries
  FROM judged AS p
  GROUP BY p.entity, p.contract
)
SELECT t.entity, t.contract, t.last_on AS since, t.paid_cny, c.amount_cny AS contract_cny, t.entries
FROM paid AS t
JOIN contract AS c ON c.entity = t.entity AND c.contract = t.contract
WHERE t.paid_cny > c.amount_cny
