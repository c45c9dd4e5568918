-- A contract is found when the delegation it names could not be given, had no force that day, was passed on, or does not reach it.
WITH relied AS (
  SELECT
    c.entity, c.contract, c.delegation, c.counterparty, c.signer, c.signed_on, c.kind, c.amount_cny, c.fact,
    d.fact AS delegation_fact, d.limit_cny, d.valid_from, d.valid_until, d.revoked_on, d.parent_delegation,
    e.top_cny, e.holds_from, e.holds_until, e.one_kind, e.other_kind, e.one_counterparty, e.other_counterparty,
    e.is_broken, e.is_barred, e.may_be_barred,
    r.form,
    COALESCE(c.item, d.item) AS item,
    (
      SELECT MAX(CASE WHEN COALESCE(l.body, '') = 'owner' THEN 1 ELSE 2 END)
      FROM list_in_force AS l
      WHERE l.entity = c.entity
        AND l.list = 'non_delegable'
        AND l.item IN (c.item, d.item)
        AND l.valid_from <= c.signed_on
        AND COALESCE(l.valid_until > c.signed_on, TRUE)
    ) AS reserved
  FROM judged AS c
  LEFT JOIN delegation AS d ON d.entity = c.entity AND d.delegation = c.delegation
  LEFT JOIN effective_powers AS e ON e.entity = c.entity AND e.delegation = c.delegation
  LEFT JOIN entity AS r ON r.entity = c.entity
),
answered AS (
  SELECT
    *,
    CASE
      WHEN delegation_fact IS NULL THEN NULL
      WHEN reserved = 2 OR (reserved = 1 AND form = 'sole_state') THEN 'not_delegable'
      WHEN signed_on < holds_from OR signed_on >= holds_until THEN 'out_of_term'
      WHEN is_barred = 1 THEN 'passed_on'
      WHEN amount_cny > top_cny THEN 'over_the_amount'
      WHEN one_kind <> kind OR other_kind <> kind OR one_counterparty <> counterparty OR other_counterparty <> counterparty THEN 'not_covered'
    END AS fault,
    CASE
      WHEN delegation_fact IS NULL OR is_broken = 1 THEN 'delegation'
      WHEN reserved = 1 AND form IS NULL THEN 'form'
      WHEN top_cny IS NOT NULL AND amount_cny IS NULL THEN 'amount_cny'
      WHEN one_kind IS NOT NULL AND kind IS NULL THEN 'kind'
      WHEN may_be_barred = 1 THEN 'redelegable'
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
  top_cny AS limit_cny,
  holds_from AS valid_from,
  holds_until AS valid_until,
  revoked_on,
  fault,
  CASE WHEN fault IS NULL THEN unknown END AS missing
FROM answered
WHERE fault IS NOT NULL OR unknown IS NOT NULL
