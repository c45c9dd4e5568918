-- Listed shares sold by agreement with a deposit that was late or too small.
WITH timed AS (
  SELECT
    t.entity,
    t.transaction,
    t.fact,
    t.signed_on,
    t.price_cny,
    COALESCE(t.first_paid_on, t.fully_paid_on) AS paid_on,
    CASE WHEN t.first_paid_on IS NULL AND t.fully_paid_on IS NOT NULL THEN t.price_cny ELSE t.first_paid_cny END AS paid_cny,
    k.today,
    CAST(d.value AS INTEGER) AS days_due,
    CAST(t.price_cny * p.value / 100 AS DECIMAL(18, 4)) AS due_cny,
    f.number - s.number AS days_taken,
    n.number - s.number AS days_so_far
  FROM judged AS t
  JOIN param_listed_deposit_days AS d
    ON t.signed_on >= d.valid_from AND (d.valid_until IS NULL OR t.signed_on < d.valid_until)
  JOIN param_listed_deposit_pct AS p
    ON t.signed_on >= p.valid_from AND (p.valid_until IS NULL OR t.signed_on < p.valid_until)
  LEFT JOIN clock AS k ON TRUE
  LEFT JOIN working_day AS s ON s.day = t.signed_on
  LEFT JOIN working_day AS f ON f.day = COALESCE(t.first_paid_on, t.fully_paid_on)
  LEFT JOIN working_day AS n ON n.day = k.today
),
tested AS (
  SELECT
    *,
    CASE
      WHEN paid_on IS NULL THEN CASE WHEN days_so_far > days_due THEN 'unpaid' END
      WHEN days_taken > days_due THEN 'late'
      WHEN paid_cny < due_cny THEN 'too_small'
    END AS fault,
    CASE
      WHEN paid_on IS NULL AND today IS NULL THEN 'clock'
      WHEN paid_on IS NULL AND days_so_far IS NULL THEN 'working_day'
      WHEN paid_on IS NOT NULL AND days_taken IS NULL THEN 'working_day'
      WHEN paid_on IS NOT NULL AND days_taken <= days_due AND paid_cny IS NULL THEN 'first_paid_cny'
    END AS missing
  FROM timed
)
SELECT
  entity,
  transaction,
  signed_on AS since,
  price_cny,
  due_cny,
  days_due,
  paid_on,
  paid_cny,
  days_taken,
  fault,
  CASE WHEN fault IS NULL THEN missing END AS missing,
  ARRAY[fact] AS entries
FROM tested
WHERE fault IS NOT NULL OR missing IS NOT NULL
