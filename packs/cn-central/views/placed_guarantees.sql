-- Each guarantee with the heads of both sides' groups on the day it was given.
WITH dated AS (
  SELECT *, COALESCE(signed_on, valid_from) AS given_on FROM judged
)
SELECT
  g.entity,
  g.guarantee,
  g.matter,
  g.fact,
  g.debtor,
  g.amount_cny,
  g.debt_total_cny,
  g.counter_guarantee_cny,
  g.given_on,
  d.entity AS debtor_known,
  d.form AS debtor_form,
  gh.head AS group_head,
  dh.head AS debtor_head,
  CASE
    WHEN d.entity IS NULL THEN 'entity.debtor'
    WHEN gh.head IS NULL THEN 'entity.guarantor'
  END AS missing
FROM dated AS g
LEFT JOIN entity AS d ON d.entity = g.debtor
LEFT JOIN group_head AS gh
  ON gh.entity = g.entity
  AND COALESCE(gh.valid_from <= g.given_on, TRUE)
  AND COALESCE(gh.valid_until > g.given_on, TRUE)
LEFT JOIN group_head AS dh
  ON dh.entity = g.debtor
  AND COALESCE(dh.valid_from <= g.given_on, TRUE)
  AND COALESCE(dh.valid_until > g.given_on, TRUE)
