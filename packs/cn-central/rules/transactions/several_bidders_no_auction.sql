-- Transfers with as many bidders as ask for competition, by a method that is no public competition.
SELECT
  t.entity,
  t.transaction,
  t.signed_on AS since,
  t.bidders,
  t.method,
  t.buyer,
  t.price_cny,
  ARRAY[t.fact] AS entries
FROM judged AS t
JOIN param_auction_bidder_count AS p
  ON t.signed_on >= p.valid_from AND (p.valid_until IS NULL OR t.signed_on < p.valid_until)
WHERE t.bidders >= p.value
  AND NOT EXISTS (
    SELECT 1
    FROM list_in_force AS l
    WHERE l.entity = t.entity
      AND l.list = 'public_bidding_methods'
      AND l.item = t.method
      AND t.signed_on >= l.valid_from
      AND (l.valid_until IS NULL OR t.signed_on < l.valid_until)
  )
