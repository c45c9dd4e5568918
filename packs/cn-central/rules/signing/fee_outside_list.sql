-- A receipt is found when some list of fees in force for the entity lacks its category, and so does some list of business income.
WITH listed AS (
  SELECT
    r.entity, r.receipt, r.payer, r.project, r.category, r.amount, r.currency, r.received_on, r.received_by, r.fact,
    COUNT(DISTINCT CASE WHEN l.list = 'allowed_fees' THEN l.distance END) AS lists,
    COUNT(DISTINCT CASE WHEN l.list = 'allowed_fees' AND l.item = r.category THEN l.distance END) AS lists_with_it,
    COUNT(DISTINCT CASE WHEN l.list = 'business_income' THEN l.distance END) AS business_lists,
    COUNT(DISTINCT CASE WHEN l.list = 'business_income' AND l.item = r.category THEN l.distance END) AS business_lists_with_it
  FROM judged AS r
  JOIN list_in_force AS l
    ON l.entity = r.entity
    AND l.list IN ('allowed_fees', 'business_income')
    AND l.valid_from <= r.received_on
    AND COALESCE(l.valid_until, DATE '9999-12-31') > r.received_on
  GROUP BY r.entity, r.receipt, r.payer, r.project, r.category, r.amount, r.currency, r.received_on, r.received_by, r.fact
)
SELECT
  entity,
  receipt,
  received_on AS since,
  [fact] AS entries,
  payer,
  project,
  category,
  amount,
  currency,
  received_on,
  received_by,
  lists,
  lists_with_it
FROM listed
WHERE lists > lists_with_it AND (business_lists_with_it = 0 OR business_lists > business_lists_with_it)
