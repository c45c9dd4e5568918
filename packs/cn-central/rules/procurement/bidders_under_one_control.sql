-- Bidders of one tender when one manages the other, or controls it on the day of the bid by any chain.
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
  SELECT a.entity AS below, a.ancestor AS above, CAST(NULL AS VARCHAR) AS path, CAST(NULL AS DATE) AS valid_from, CAST(NULL AS DATE) AS valid_until
  FROM ancestor AS a
  JOIN entity AS h ON h.entity = a.ancestor
  WHERE a.distance > 0 AND NOT COALESCE(h.is_owner, FALSE)
  UNION ALL
  SELECT c.entity AS below, c.owner AS above, c.path, c.valid_from, c.valid_until
  FROM control_period AS c
),
ties AS (
  SELECT below AS one, above AS other, path, valid_from, valid_until FROM links
  UNION ALL
  SELECT above AS one, below AS other, path, valid_from, valid_until FROM links
),
pairs AS (
  SELECT x.entity, x.tender, x.bidder, MIN(y.bidder) AS other, MIN(l.path) AS path, ARRAY_AGG(DISTINCT y.fact) AS others
  FROM bids AS x
  JOIN bids AS y ON y.entity = x.entity AND y.tender = x.tender AND y.bidder <> x.bidder
  JOIN ties AS l
    ON l.one = x.bidder AND l.other = y.bidder
    AND COALESCE(l.valid_from <= x.bid_on, TRUE)
    AND COALESCE(l.valid_until > x.bid_on, TRUE)
  GROUP BY x.entity, x.tender, x.bidder
)
SELECT
  b.entity,
  b.tender,
  b.bidder,
  b.bid_on AS since,
  p.other,
  p.path,
  CASE WHEN p.other IS NULL THEN 'entity.bidder' END AS missing,
  CASE WHEN p.other IS NULL THEN ARRAY[b.fact] ELSE LIST_CONCAT(ARRAY[b.fact], p.others) END AS entries
FROM bids AS b
LEFT JOIN pairs AS p ON p.entity = b.entity AND p.tender = b.tender AND p.bidder = b.bidder
WHERE p.other IS NOT NULL OR b.bidder_known IS NULL
