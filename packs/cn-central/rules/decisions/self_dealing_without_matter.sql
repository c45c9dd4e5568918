-- A contract is found when its counterparty is tied to a post holder and it names no matter.
SELECT
  entity,
  contract,
  signed_on AS since,
  facts AS entries,
  counterparty,
  signed_on,
  amount_cny,
  person,
  post,
  tie,
  CASE WHEN may_be_senior = 1 THEN 'senior' WHEN may_be_pay = 1 THEN 'category' END AS missing
FROM insider_contracts
