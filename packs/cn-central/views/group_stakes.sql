-- For each guarantee, the stakes of the guarantor's group in the debtor on the day it was given.
SELECT
  p.entity,
  p.guarantee,
  CASE
    WHEN COUNT(*) = COUNT(COALESCE(s.share_pct, s.share_high_pct)) THEN SUM(COALESCE(s.share_pct, s.share_high_pct))
  END AS share_pct,
  ARRAY_AGG(s.fact) AS stakes
FROM placed_guarantees AS p
JOIN stake AS s
  ON s.entity = p.debtor AND s.valid_from <= p.given_on AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
JOIN ancestor AS m ON m.entity = s.holder AND m.ancestor = p.group_head
GROUP BY p.entity, p.guarantee
