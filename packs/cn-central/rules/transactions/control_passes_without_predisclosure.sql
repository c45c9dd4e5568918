-- Transfers that pass control, with no pre-disclosure before a later step, or one that began late or was short.
WITH counted AS (
  SELECT
    t.entity,
    t.transaction,
    t.fact,
    t.approved_on,
    t.predisclosure_from,
    t.predisclosure_until,
    COALESCE(t.disclosure_from, t.signed_on) AS later_step_on,
    CAST(d.value AS INTEGER) AS days_due,
    CAST(b.value AS INTEGER) AS start_days_due,
    f.number - a.number AS start_days,
    (u.number - CASE WHEN u.is_working THEN 1 ELSE 0 END)
      - (f.number - CASE WHEN f.is_working THEN 1 ELSE 0 END) AS days_shown
  FROM judged AS t
  JOIN param_transfer_predisclosure_days AS d
    ON t.approved_on >= d.valid_from AND (d.valid_until IS NULL OR t.approved_on < d.valid_until)
  JOIN param_transfer_predisclosure_start_days AS b
    ON t.approved_on >= b.valid_from AND (b.valid_until IS NULL OR t.approved_on < b.valid_until)
  LEFT JOIN working_day AS a ON a.day = t.approved_on
  LEFT JOIN working_day AS f ON f.day = t.predisclosure_from
  LEFT JOIN working_day AS u ON u.day = t.predisclosure_until
),
tested AS (
  SELECT
    *,
    CASE
      WHEN predisclosure_from IS NULL AND later_step_on IS NOT NULL THEN 'none'
      WHEN start_days > start_days_due THEN 'late'
      WHEN days_shown < days_due THEN 'short'
    END AS fault
  FROM counted
)
SELECT
  entity,
  transaction,
  approved_on AS since,
  approved_on,
  predisclosure_from,
  predisclosure_until,
  later_step_on,
  start_days,
  start_days_due,
  days_shown,
  days_due,
  fault,
  CASE
    WHEN fault IS NOT NULL THEN NULL
    WHEN predisclosure_from IS NULL THEN 'predisclosure_from'
    WHEN predisclosure_until IS NULL THEN 'predisclosure_until'
    ELSE 'working_day'
  END AS missing,
  ARRAY[fact] AS entries
FROM tested
WHERE fault IS NOT NULL OR start_days IS NULL OR days_shown IS NULL
