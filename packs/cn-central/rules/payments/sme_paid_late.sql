-- What was owed to small and medium suppliers, undisputed and not paid by the day due.
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
allowed AS (
  SELECT
    d.*,
    e.sme AS payer_sme,
    e.form = 'public_body' AS is_public,
    CASE
      WHEN e.form = 'public_body' THEN LEAST(COALESCE(d.agreed_days, CAST(b.value AS INTEGER)), CAST(x.value AS INTEGER))
      ELSE COALESCE(d.agreed_days, CAST(m.value AS INTEGER))
    END AS days_allowed
  FROM dated AS d
  LEFT JOIN param_sme_payment_days AS m
    ON d.start_on >= m.valid_from AND (m.valid_until IS NULL OR d.start_on < m.valid_until)
  LEFT JOIN param_public_payment_days AS b
    ON d.start_on >= b.valid_from AND (b.valid_until IS NULL OR d.start_on < b.valid_until)
  LEFT JOIN param_public_payment_days_max AS x
    ON d.start_on >= x.valid_from AND (x.valid_until IS NULL OR d.start_on < x.valid_until)
  LEFT JOIN entity AS e ON e.entity = d.entity
),
ended AS (
  SELECT *, CAST(start_on + INTERVAL '1' DAY * days_allowed AS DATE) AS last_on
  FROM allowed
),
due AS (
  SELECT
    e.*,
    COALESCE(n.day, e.last_on) AS due_on,
    w.day IS NULL AS is_beyond_calendar,
    k.today
  FROM ended AS e
  LEFT JOIN working_day AS w ON w.day = e.last_on
  LEFT JOIN working_day AS n ON n.is_working AND NOT w.is_working AND n.number = w.number + 1
  LEFT JOIN clock AS k ON TRUE
)
SELECT
  entity,
  payable,
  COALESCE(due_on, start_on) AS since,
  supplier,
  overdue_cny,
  start_on,
  agreed_days,
  days_allowed,
  due_on,
  paid_on,
  CASE
    WHEN payer_sme IS NULL AND NOT COALESCE(is_public, FALSE) THEN 'entity.sme'
    WHEN is_beyond_calendar THEN 'working_day'
    WHEN paid_on IS NULL AND today IS NULL THEN 'clock'
  END AS missing,
  CASE
    WHEN payer_sme AND NOT COALESCE(is_public, FALSE) THEN 'payer_is_sme'
    WHEN days_allowed IS NULL THEN 'no_agreed_term'
  END AS excluded,
  ARRAY[fact] AS entries
FROM due
WHERE (payer_sme AND NOT COALESCE(is_public, FALSE))
  OR days_allowed IS NULL
  OR COALESCE(paid_on, today) > due_on
  OR (paid_on IS NULL AND today IS NULL)
