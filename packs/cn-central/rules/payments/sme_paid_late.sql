-- What is owed to small and medium suppliers, undisputed and unpaid after the day due.
WITH dated AS (
  SELECT
    p.entity,
    p.payable,
    p.fact,
    p.supplier,
    p.paid_on,
    p.agreed_days,
    p.amount_cny - COALESCE(p.disputed_cny, 0) AS overdue_cny,
    CASE COALESCE(p.start_rule, 'delivery')
      WHEN 'acceptance' THEN p.accepted_on
      WHEN 'settlement' THEN p.confirmed_on
      ELSE p.delivered_on
    END AS start_on
  FROM judged AS p
),
due AS (
  SELECT
    d.*,
    CAST(d.start_on + INTERVAL '1' DAY * COALESCE(d.agreed_days, CAST(m.value AS INTEGER)) AS DATE) AS due_on,
    e.sme AS payer_sme,
    k.today
  FROM dated AS d
  JOIN param_sme_payment_days AS m
    ON d.start_on >= m.valid_from AND (m.valid_until IS NULL OR d.start_on < m.valid_until)
  LEFT JOIN entity AS e ON e.entity = d.entity
  LEFT JOIN clock AS k ON TRUE
)
SELECT
  entity,
  payable,
  due_on AS since,
  supplier,
  overdue_cny,
  start_on,
  agreed_days,
  due_on,
  CASE WHEN today IS NULL THEN 'clock' WHEN payer_sme IS NULL THEN 'entity.sme' END AS missing,
  CASE WHEN payer_sme THEN 'payer_is_sme' END AS excluded,
  ARRAY[fact] AS entries
FROM due
WHERE payer_sme
  OR (paid_on IS NULL AND (today IS NULL OR due_on < today))
