-- A power about money is found when it states no limit and was in force on some day.
SELECT
  d.entity,
  d.delegation,
  COALESCE(d.issued_on, d.valid_from, CAST(d.received_at AS DATE)) AS since,
  [d.fact] AS entries,
  d.delegate,
  d.issuer,
  d.issuer_body,
  d.contract_kind,
  d.valid_from,
  d.valid_until
FROM judged AS d
WHERE COALESCE(d.revoked_on > d.valid_from, TRUE)
