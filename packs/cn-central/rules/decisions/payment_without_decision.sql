-- A payment is found when it reaches the line and no collective body had approved as much by its day.
WITH line AS (
  SELECT entity, item, limit_cny, body, valid_from, valid_until
  FROM list_in_force
  WHERE list = 'collective_decision'
),
limited AS (
  SELECT
    j.entity, j.matter, j.payment, j.payee, j.paid_on, j.amount_cny, j.fact,
    COALESCE(
      MIN(CASE WHEN l.item = j.item THEN l.limit_cny END),
      MIN(CASE WHEN l.item = 'payment' THEN l.limit_cny END),
      CAST(MAX(g.value) AS DECIMAL(18, 4))
    ) AS limit_cny,
    COALESCE(MAX(CASE WHEN l.item = j.item THEN l.body END), MAX(CASE WHEN l.item = 'payment' THEN l.body END)) AS body_required,
    MAX(o.value) AS overrun
  FROM judged AS j
  LEFT JOIN matter AS m ON m.entity = j.entity AND m.matter = j.matter
  JOIN param_large_payment_cny AS g
    ON g.valid_from <= j.paid_on AND COALESCE(g.valid_until, DATE '9999-12-31') > j.paid_on
  JOIN param_decision_overrun_fraction AS o
    ON o.valid_from <= j.paid_on AND COALESCE(o.valid_until, DATE '9999-12-31') > j.paid_on
  LEFT JOIN line AS l
    ON l.entity = j.entity
    AND l.valid_from <= j.paid_on
    AND COALESCE(l.valid_until, DATE '9999-12-31') > j.paid_on
  WHERE NOT COALESCE(m.emergency, FALSE)
  GROUP BY j.entity, j.matter, j.payment, j.payee, j.paid_on, j.amount_cny, j.fact
),
approved AS (
  SELECT
    a.entity, a.payment,
    MAX(CASE WHEN d.amount_cny IS NULL OR a.amount_cny <= d.amount_cny * (1 + a.overrun) THEN 1 ELSE 0 END) AS is_enough,
    MAX(d.amount_cny) AS decided_cny,
    MAX(d.decided_on) AS decided_on
  FROM limited AS a
  JOIN decision AS d ON d.entity = a.entity AND d.matter = a.matter AND d.decided_on <= a.paid_on
  WHERE d.final
    AND d.outcome = 'approved'
    AND d.body <> 'officer'
    AND (a.body_required IS NULL OR d.body IN (a.body_required, 'shareholders', 'owner'))
  GROUP BY a.entity, a.payment
)
SELECT
  a.entity,
  a.matter,
  a.payment,
  a.paid_on AS since,
  [a.fact] AS entries,
  a.payee,
  a.paid_on,
  a.amount_cny,
  a.limit_cny,
  a.body_required,
  p.decided_cny,
  p.decided_on
FROM limited AS a
LEFT JOIN approved AS p ON p.entity = a.entity AND p.payment = a.payment
WHERE a.amount_cny >= a.limit_cny AND COALESCE(p.is_enough, 0) = 0
