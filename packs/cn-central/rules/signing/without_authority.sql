-- A contract is found when its signer was not the legal representative of the day and held no power that covers it.
WITH power AS (
  SELECT d.entity, d.delegate, d.fact, e.top_cny, e.holds_from, e.holds_until, e.one_kind, e.other_kind, e.one_counterparty, e.other_counterparty, e.is_broken
  FROM delegation AS d
  JOIN effective_powers AS e ON e.entity = d.entity AND e.delegation = d.delegation
),
held AS (
  SELECT
    c.entity, c.contract, c.counterparty, c.signer, c.signed_on, c.kind, c.amount_cny, c.fact,
    COUNT(d.fact) AS powers_held,
    MAX(CASE
      WHEN (d.one_kind IS NULL OR (d.one_kind = c.kind AND d.other_kind = c.kind))
        AND (d.one_counterparty IS NULL OR (d.one_counterparty = c.counterparty AND d.other_counterparty = c.counterparty))
        AND (d.top_cny IS NULL OR d.top_cny >= c.amount_cny)
        AND d.is_broken = 0
        AND d.fact IS NOT NULL
      THEN 1 ELSE 0
    END) AS is_covered,
    MAX(CASE
      WHEN d.fact IS NULL THEN 0
      WHEN d.one_counterparty <> c.counterparty OR d.other_counterparty <> c.counterparty THEN 0
      WHEN d.one_kind <> c.kind OR d.other_kind <> c.kind OR d.top_cny < c.amount_cny THEN 0
      ELSE 1
    END) AS may_be_covered,
    MAX(COALESCE(d.is_broken, 0)) AS is_broken
  FROM judged AS c
  LEFT JOIN power AS d
    ON d.entity = c.entity
    AND d.delegate = c.signer
    AND COALESCE(d.holds_from <= c.signed_on, TRUE)
    AND COALESCE(d.holds_until > c.signed_on, TRUE)
  GROUP BY c.entity, c.contract, c.counterparty, c.signer, c.signed_on, c.kind, c.amount_cny, c.fact
),
represented AS (
  SELECT
    h.entity, h.contract,
    MIN(p.person) AS legal_representative,
    MAX(CASE WHEN p.person = h.signer THEN 1 ELSE 0 END) AS is_representative
  FROM held AS h
  JOIN post AS p
    ON p.entity = h.entity
    AND p.post = 'legal_representative'
    AND p.valid_from <= h.signed_on
    AND COALESCE(p.valid_until, DATE '9999-12-31') > h.signed_on
  GROUP BY h.entity, h.contract
)
SELECT
  h.entity,
  h.contract,
  h.signed_on AS since,
  [h.fact] AS entries,
  h.counterparty,
  h.signer,
  h.signed_on,
  h.amount_cny,
  h.powers_held,
  r.legal_representative,
  CASE
    WHEN r.legal_representative IS NULL THEN 'legal_representative'
    WHEN h.may_be_covered = 1 AND h.amount_cny IS NULL THEN 'amount_cny'
    WHEN h.may_be_covered = 1 AND h.is_broken = 1 THEN 'delegation'
    WHEN h.may_be_covered = 1 THEN 'kind'
  END AS missing
FROM held AS h
LEFT JOIN represented AS r ON r.entity = h.entity AND r.contract = h.contract
WHERE h.is_covered = 0 AND COALESCE(r.is_representative, 0) = 0
