-- Transfers and increases at a venue that is on no list of exchanges in force on the day of signing.
SELECT
  t.entity,
  t.transaction,
  t.signed_on AS since,
  t.kind,
  t.venue,
  t.buyer,
  t.price_cny,
  ARRAY[t.fact] AS entries
FROM judged AS t
WHERE NOT EXISTS (
  SELECT 1
  FROM list_in_force AS l
  WHERE l.entity = t.entity
    AND l.list = 'property_exchanges'
    AND l.item = t.venue
    AND t.signed_on >= l.valid_from
    AND (l.valid_until IS NULL OR t.signed_on < l.valid_until)
)
