-- A contract is found when the delegation it names could not be given, had no force that day, was passed on, or is too small.
WITH relied AS (
  SELECT
    c.entity, c.contract, c.delegation, c.counterparty, c.signer, c.signed_on, c.amount_cny, c.fact,
    d.fact AS delegation_fact, d.limit_cny, d.valid_from, d.valid_until, d.revoked_on, d.parent_delegation,
    u.redelegable AS may_be_passed_on,
    COALESCE(c.item, d.item) AS item,
    EXISTS (
      SELECT 1
      FROM list_in_force AS l
      WHERE l.entity = c.entity
        AND l.list = 'non_delegable'
        AND l.item IN (c.item, d.item)
        AND l.valid_from <= c.signed_on
        AND COALESCE(l.valid_until, DATE '9999-12-31') > c.signed_on
    ) AS is_reserved
  FROM judged AS c
  LEFT JOIN delegation AS d ON d.entity = c.entity AND d.delegation = c.delegation
  LEFT JOIN delegation AS u ON u.entity = d.entity AND u.delegation = d.parent_delegation
),
answered AS (
  SELECT
    *,
    CASE
      WHEN delegation_fact IS NULL THEN NULL
      WHEN is_reserved THEN 'not_delegable'
      WHEN signed_on < valid_from OR signed_on >= valid_until OR signed_on >= revoked_on THEN 'out_of_term'
      WHEN parent_delegation IS NOT NULL AND NOT may_be_passed_on THEN 'passed_on'
      WHEN amount_cny > limit_cny THEN 'over_the_amount'
    END AS fault,
    CASE
      WHEN delegation_fact IS NULL THEN 'delegation'
      WHEN limit_cny IS NOT NULL AND amount_cny IS NULL THEN 'amount_cny'
      WHEN parent_delegation IS NOT NULL AND may_be_passed_on IS NULL THEN 'redelegable'
    END AS unknown
  FROM relied
)
SELECT
  entity,
  contract,
  signed_on AS since,
  CASE WHEN delegation_fact IS NULL THEN [fact] ELSE [fact, delegation_fact] END AS entries,
  delegation,
  counterparty,
  signer,
  signed_on,
  item,
  amount_cny,
  limit_cny,
  valid_from,
  valid_until,
  revoked_on,
  fault,
  CASE WHEN fault IS NULL THEN unknown END AS missing
FROM answered
WHERE fault IS NOT NULL OR unknown IS NOT NULL
