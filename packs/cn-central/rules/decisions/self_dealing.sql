-- A contract is found when its counterparty is tied to a post holder and no board or shareholders had approved it.
SELECT
  c.entity,
  c.matter,
  c.contract,
  c.signed_on AS since,
  c.facts AS entries,
  c.counterparty,
  c.signed_on,
  c.amount_cny,
  c.person,
  c.post,
  c.tie
FROM insider_contracts AS c
WHERE NOT EXISTS (
  SELECT 1
  FROM decision AS d
  WHERE d.entity = c.entity
    AND d.matter = c.matter
    AND d.body IN ('board', 'shareholders', 'owner')
    AND d.final
    AND d.outcome = 'approved'
    AND COALESCE(d.decided_on <= c.signed_on, TRUE)
)
