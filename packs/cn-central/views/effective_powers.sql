-- Each power with the tightest limit, term, kind and counterparty of itself and of those above it.
WITH RECURSIVE chain AS (
  SELECT entity, delegation, delegation AS link
  FROM delegation
  UNION
  SELECT c.entity, c.delegation, d.parent_delegation AS link
  FROM chain AS c
  JOIN delegation AS d ON d.entity = c.entity AND d.delegation = c.link
  WHERE d.parent_delegation IS NOT NULL
)
SELECT
  c.entity,
  c.delegation,
  MIN(u.limit_cny) AS top_cny,
  MAX(u.valid_from) AS holds_from,
  MIN(LEAST(u.valid_until, u.revoked_on)) AS holds_until,
  MIN(u.contract_kind) AS one_kind,
  MAX(u.contract_kind) AS other_kind,
  MIN(u.counterparty) AS one_counterparty,
  MAX(u.counterparty) AS other_counterparty,
  MAX(CASE WHEN u.fact IS NULL THEN 1 ELSE 0 END) AS is_broken,
  MAX(CASE WHEN c.link <> c.delegation AND u.redelegable IS NOT NULL AND NOT u.redelegable THEN 1 ELSE 0 END) AS is_barred,
  MAX(CASE WHEN c.link <> c.delegation AND u.fact IS NOT NULL AND u.redelegable IS NULL THEN 1 ELSE 0 END) AS may_be_barred
FROM chain AS c
LEFT JOIN delegation AS u ON u.entity = c.entity AND u.delegation = c.link
GROUP BY c.entity, c.delegation
