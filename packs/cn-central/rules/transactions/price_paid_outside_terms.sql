-- Transfers with a price that was neither paid whole in time nor in lawful parts; the first fault found is named.
WITH timed AS (
  SELECT
    t.entity,
    t.transaction,
    t.fact,
    t.effective_on,
    t.price_cny,
    t.first_paid_on,
    t.first_paid_cny,
    t.fully_paid_on,
    t.secured,
    k.today,
    CAST(d.value AS INTEGER) AS first_days_due,
    CAST(t.price_cny * p.value / 100 AS DECIMAL(18, 4)) AS first_due_cny,
    CAST(t.effective_on + INTERVAL '1' MONTH * CAST(m.value AS INTEGER) AS DATE) AS last_due_on,
    f.number - e.number AS first_days,
    u.number - e.number AS full_days,
    n.number - e.number AS days_so_far
  FROM judged AS t
  JOIN param_first_payment_days AS d
    ON t.effective_on >= d.valid_from AND (d.valid_until IS NULL OR t.effective_on < d.valid_until)
  JOIN param_first_payment_pct AS p
    ON t.effective_on >= p.valid_from AND (p.valid_until IS NULL OR t.effective_on < p.valid_until)
  JOIN param_rest_payment_months AS m
    ON t.effective_on >= m.valid_from AND (m.valid_until IS NULL OR t.effective_on < m.valid_until)
  LEFT JOIN clock AS k ON TRUE
  LEFT JOIN working_day AS e ON e.day = t.effective_on
  LEFT JOIN working_day AS f ON f.day = COALESCE(t.first_paid_on, t.fully_paid_on)
  LEFT JOIN working_day AS u ON u.day = t.fully_paid_on
  LEFT JOIN working_day AS n ON n.day = k.today
),
tested AS (
  SELECT
    *,
    full_days <= first_days_due OR first_paid_cny >= price_cny AS paid_whole,
    CASE
      WHEN first_paid_on IS NULL AND fully_paid_on IS NULL
        THEN CASE WHEN days_so_far > first_days_due THEN 'nothing_paid' END
      WHEN first_days > first_days_due THEN 'first_late'
      WHEN full_days <= first_days_due OR first_paid_cny >= price_cny THEN NULL
      WHEN first_paid_cny < first_due_cny THEN 'first_too_small'
      WHEN NOT secured THEN 'rest_not_secured'
      WHEN COALESCE(fully_paid_on, today) > last_due_on THEN 'rest_late'
    END AS fault
  FROM timed
),
doubted AS (
  SELECT
    *,
    CASE
      WHEN fault IS NOT NULL THEN NULL
      WHEN first_paid_on IS NULL AND fully_paid_on IS NULL
        THEN CASE WHEN today IS NULL THEN 'clock' WHEN days_so_far IS NULL THEN 'working_day' END
      WHEN first_days IS NULL THEN 'working_day'
      WHEN paid_whole THEN NULL
      WHEN first_paid_cny IS NULL THEN 'first_paid_cny'
      WHEN secured IS NULL THEN 'secured'
      WHEN fully_paid_on IS NULL AND today IS NULL THEN 'clock'
    END AS missing
  FROM tested
)
SELECT
  entity,
  transaction,
  effective_on AS since,
  price_cny,
  first_paid_on,
  first_paid_cny,
  first_days,
  first_days_due,
  first_due_cny,
  secured,
  fully_paid_on,
  last_due_on,
  fault,
  missing,
  ARRAY[fact] AS entries
FROM doubted
WHERE fault IS NOT NULL OR missing IS NOT NULL
