-- Contracts from a tender with an amount that differs from their counterparty's bid by more than the tolerance.
WITH compared AS (
  SELECT
    c.entity,
    c.tender,
    c.contract,
    c.fact,
    c.counterparty,
    c.signed_on,
    c.amount_cny,
    b.fact AS bid_fact,
    b.price_cny AS bid_cny,
    CAST(b.price_cny * p.value / 100 AS DECIMAL(18, 4)) AS tolerance_cny
  FROM judged AS c
  JOIN param_contract_bid_tolerance_pct AS p
    ON c.signed_on >= p.valid_from AND (p.valid_until IS NULL OR c.signed_on < p.valid_until)
  LEFT JOIN bid AS b ON b.entity = c.entity AND b.tender = c.tender AND b.bidder = c.counterparty
)
SELECT
  entity,
  tender,
  contract,
  signed_on AS since,
  counterparty,
  amount_cny,
  bid_cny,
  amount_cny - bid_cny AS difference_cny,
  CASE WHEN bid_cny IS NULL THEN 'bid.price_cny' END AS missing,
  CASE WHEN bid_fact IS NULL THEN ARRAY[fact] ELSE ARRAY[fact, bid_fact] END AS entries
FROM compared
WHERE bid_cny IS NULL OR ABS(amount_cny - bid_cny) > tolerance_cny
