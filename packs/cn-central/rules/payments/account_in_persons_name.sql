-- Accounts an entity uses that a person owns, from the day of opening or of the law.
SELECT
  a.entity,
  a.account,
  GREATEST(a.opened_on, DATE '2024-07-01') AS since,
  a.owner,
  a.bank,
  a.purpose,
  a.opened_on,
  ARRAY[a.fact] AS entries
FROM judged AS a
WHERE a.owner_kind = 'person'
