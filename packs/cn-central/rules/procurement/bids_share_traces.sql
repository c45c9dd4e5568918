-- Bids that share a device, a deposit account or a responsible person with another bidder of the same tender.
SELECT
  a.entity,
  a.tender,
  a.bidder,
  CAST(a.submitted_at AS DATE) AS since,
  a.price_cny,
  COUNT(*) AS others,
  SUM(CASE WHEN b.device = a.device THEN 1 ELSE 0 END) AS same_device,
  SUM(CASE WHEN b.deposit_account = a.deposit_account THEN 1 ELSE 0 END) AS same_account,
  SUM(CASE WHEN b.responsible = a.responsible THEN 1 ELSE 0 END) AS same_person,
  LIST_CONCAT(ARRAY[a.fact], ARRAY_AGG(b.fact)) AS entries
FROM judged AS a
JOIN judged AS b
  ON b.entity = a.entity AND b.tender = a.tender AND b.bidder <> a.bidder
  AND (b.device = a.device OR b.deposit_account = a.deposit_account OR b.responsible = a.responsible)
GROUP BY a.entity, a.tender, a.bidder, a.fact, a.submitted_at, a.price_cny
