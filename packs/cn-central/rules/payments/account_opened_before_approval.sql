-- Accounts with an approval after they were opened.
SELECT
  a.entity,
  a.account,
  a.opened_on AS since,
  a.bank,
  a.opened_on,
  a.approved_on,
  ARRAY[a.fact] AS entries
FROM judged AS a
WHERE a.approved_on > a.opened_on
