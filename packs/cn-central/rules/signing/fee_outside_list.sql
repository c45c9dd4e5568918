-- A receipt is found when its category is no business income and some list of fees in force for the entity lacks it.
WITH listed AS (
  SELECT
    r.entity, r.receipt, r.payer, r.project, r.category, r.amount, r.currency, r.received_on, r.received_by, r.fact,
    COUNT(DISTINCT CASE WHEN l.list = 'allowed_fees' THEN l.distance END) AS lists,
    COUNT(DISTINCT CASE WHEN l.list = 'allowed_fees' AND l.item = r.category THEN l.distance END) AS lists_with_it,
    COUNT(CASE WHEN l.list = 'business_income' AND l.item = r.category THEN 1 END) AS business_lines
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
WHERE business_lines = 0 AND lists > lists_with_it
