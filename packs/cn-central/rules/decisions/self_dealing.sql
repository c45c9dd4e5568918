-- A contract is found when its counterparty is tied to a post holder and who has to approve it had not.
WITH asked AS (
  SELECT
    c.*,
    e.form,
    j.kind,
    j.kind IN ('loan', 'investment') AS is_owners,
    EXISTS (
      SELECT 1
      FROM decision AS d
      WHERE d.entity = c.entity
        AND d.matter = c.matter
        AND d.body IN ('board', 'shareholders', 'owner')
        AND d.final
        AND d.outcome = 'approved'
        AND COALESCE(d.decided_on <= c.signed_on, TRUE)
    ) AS is_resolved,
    EXISTS (
      SELECT 1
      FROM decision AS d
      WHERE d.entity = c.entity
        AND d.matter = c.matter
        AND d.body = 'owner'
        AND d.final
        AND d.outcome = 'approved'
        AND COALESCE(d.decided_on <= c.signed_on, TRUE)
    ) AS is_consented
  FROM insider_contracts AS c
  JOIN judged AS j ON j.entity = c.entity AND j.contract = c.contract
  LEFT JOIN entity AS e ON e.entity = c.entity
)
SELECT
  entity,
  matter,
  contract,
  signed_on AS since,
  facts AS entries,
  counterparty,
  signed_on,
  amount_cny,
  person,
  post,
  tie,
  kind,
  CASE
    WHEN may_be_senior = 1 THEN 'senior'
    WHEN may_be_pay = 1 THEN 'category'
    WHEN form IS NULL AND is_owners AND (is_resolved OR signed_on < DATE '2024-07-01') THEN 'form'
  END AS missing,
  CASE WHEN signed_on < DATE '2024-07-01' AND form <> 'sole_state' THEN 'form' END AS excluded
FROM asked
WHERE (signed_on < DATE '2024-07-01' AND form <> 'sole_state')
  OR (NOT is_consented AND (NOT is_resolved OR (is_owners AND COALESCE(form = 'sole_state', TRUE))))
