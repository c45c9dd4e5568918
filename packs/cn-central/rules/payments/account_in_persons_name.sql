-- Accounts an entity uses that a person owns, from the day of opening or of the law.
SELECT
  a.entity,
  a.account,
  GREATEST(COALESCE(a.opened_on, DATE '1995-07-01'), DATE '1995-07-01') AS since,
  a.owner,
  a.bank,
  a.purpose,
  a.opened_on,
  ARRAY[a.fact] AS entries
FROM judged AS a
WHERE a.owner_kind = 'person'
