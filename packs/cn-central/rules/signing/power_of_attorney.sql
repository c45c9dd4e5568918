-- A power is found when it states no term, or when its issuer was not the legal representative of that day.
WITH represented AS (
  SELECT
    d.entity, d.delegation,
    MIN(p.person) AS legal_representative,
    MAX(CASE WHEN p.person = d.issuer THEN 1 ELSE 0 END) AS is_representative
  FROM judged AS d
  JOIN post AS p
    ON p.entity = d.entity
    AND p.post = 'legal_representative'
    AND p.valid_from <= COALESCE(d.issued_on, d.valid_from)
    AND COALESCE(p.valid_until, DATE '9999-12-31') > COALESCE(d.issued_on, d.valid_from)
  GROUP BY d.entity, d.delegation
),
answered AS (
  SELECT
    d.*,
    r.legal_representative,
    CASE
      WHEN d.valid_until IS NULL THEN 'no_term'
      WHEN d.issuer_body IS NULL AND d.parent_delegation IS NULL AND d.issuer IS NOT NULL AND r.is_representative = 0 THEN 'issuer'
    END AS fault,
    CASE
      WHEN d.issuer_body IS NOT NULL OR d.parent_delegation IS NOT NULL THEN NULL
      WHEN d.issuer IS NULL THEN 'issuer'
      WHEN r.legal_representative IS NULL THEN 'legal_representative'
    END AS unknown
  FROM judged AS d
  LEFT JOIN represented AS r ON r.entity = d.entity AND r.delegation = d.delegation
)
SELECT
  entity,
  delegation,
  COALESCE(issued_on, valid_from) AS since,
  [fact] AS entries,
  delegate,
  issuer,
  issuer_body,
  limit_cny,
  valid_from,
  valid_until,
  legal_representative,
  fault,
  CASE WHEN fault IS NULL THEN unknown END AS missing
FROM answered
WHERE fault IS NOT NULL OR unknown IS NOT NULL
