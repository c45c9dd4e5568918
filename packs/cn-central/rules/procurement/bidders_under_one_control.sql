-- Bidders of one tender of which one manages the other or holds more than half of it on the day of the bid.
WITH bids AS (
  SELECT
    b.entity,
    b.tender,
    b.bidder,
    b.fact,
    CAST(b.submitted_at AS DATE) AS bid_on,
    e.entity AS bidder_known
  FROM judged AS b
  LEFT JOIN entity AS e ON e.entity = b.bidder
),
links AS (
  SELECT a.entity AS below, a.ancestor AS above, 100 AS share_pct, DATE '1900-01-01' AS valid_from, CAST(NULL AS DATE) AS valid_until
  FROM ancestor AS a
  JOIN entity AS h ON h.entity = a.ancestor
  WHERE a.distance > 0 AND NOT COALESCE(h.is_owner, FALSE)
  UNION ALL
  SELECT s.entity AS below, s.holder AS above, s.share_pct, s.valid_from, s.valid_until
  FROM stake AS s
),
ties AS (
  SELECT below AS one, above AS other, share_pct, valid_from, valid_until FROM links
  UNION ALL
  SELECT above AS one, below AS other, share_pct, valid_from, valid_until FROM links
),
pairs AS (
  SELECT x.entity, x.tender, x.bidder, MIN(y.bidder) AS other, ARRAY_AGG(DISTINCT y.fact) AS others
  FROM bids AS x
  JOIN bids AS y ON y.entity = x.entity AND y.tender = x.tender AND y.bidder <> x.bidder
  JOIN ties AS l
    ON l.one = x.bidder AND l.other = y.bidder
    AND l.valid_from <= x.bid_on
    AND (l.valid_until IS NULL OR l.valid_until > x.bid_on)
  JOIN param_participation_pct AS p
    ON l.share_pct > p.value
    AND x.bid_on >= p.valid_from AND (p.valid_until IS NULL OR x.bid_on < p.valid_until)
  GROUP BY x.entity, x.tender, x.bidder
)
SELECT
  b.entity,
  b.tender,
  b.bidder,
  b.bid_on AS since,
  p.other,
  CASE WHEN p.other IS NULL THEN 'entity.bidder' END AS missing,
  CASE WHEN p.other IS NULL THEN ARRAY[b.fact] ELSE LIST_CONCAT(ARRAY[b.fact], p.others) END AS entries
FROM bids AS b
LEFT JOIN pairs AS p ON p.entity = b.entity AND p.tender = b.tender AND p.bidder = b.bidder
WHERE p.other IS NOT NULL OR b.bidder_known IS NULL
