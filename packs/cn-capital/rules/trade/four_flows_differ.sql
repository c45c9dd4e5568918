-- Contracts of trade with goods or money of a party other than the counterparty.
WITH goods AS (
  SELECT s.entity, s.contract, MIN(CASE WHEN s.shipper = s.entity THEN s.receiver ELSE s.shipper END) AS party, MIN(s.fact) AS fact
  FROM judged AS c
  JOIN shipment AS s ON s.entity = c.entity AND s.contract = c.contract
  WHERE CASE WHEN s.shipper = s.entity THEN s.receiver ELSE s.shipper END <> c.counterparty
  GROUP BY s.entity, s.contract
),
money AS (
  SELECT p.entity, p.contract, MIN(p.payee) AS party, MIN(p.fact) AS fact
  FROM judged AS c
  JOIN payment AS p ON p.entity = c.entity AND p.contract = c.contract AND p.payee <> c.counterparty
  GROUP BY p.entity, p.contract
)
SELECT
  c.entity,
  c.contract,
  c.signed_on AS since,
  LIST_FILTER([c.fact, g.fact, m.fact], x -> x IS NOT NULL) AS entries,
  c.counterparty,
  g.party AS goods_party,
  m.party AS money_party
FROM judged AS c
LEFT JOIN goods AS g ON g.entity = c.entity AND g.contract = c.contract
LEFT JOIN money AS m ON m.entity = c.entity AND m.contract = c.contract
WHERE g.party IS NOT NULL OR m.party IS NOT NULL
