-- Appraisals filed after the months to apply and the authority's working days have both passed.
WITH due AS (
  SELECT
    a.entity,
    a.appraisal,
    a.fact,
    a.base_on,
    a.filed_on,
    CAST(m.value AS INTEGER) AS months_due,
    CAST(h.value AS INTEGER) AS handling_days,
    CAST(a.base_on + INTERVAL '1' MONTH * CAST(m.value AS INTEGER) AS DATE) AS apply_by
  FROM judged AS a
  JOIN param_appraisal_filing_months AS m
    ON a.base_on >= m.valid_from AND (m.valid_until IS NULL OR a.base_on < m.valid_until)
  JOIN param_appraisal_handling_days AS h
    ON a.base_on >= h.valid_from AND (h.valid_until IS NULL OR a.base_on < h.valid_until)
),
counted AS (
  SELECT due.*, f.number - b.number AS days_after
  FROM due
  LEFT JOIN working_day AS b ON b.day = due.apply_by
  LEFT JOIN working_day AS f ON f.day = due.filed_on
)
SELECT
  entity,
  appraisal,
  filed_on AS since,
  base_on,
  filed_on,
  months_due,
  apply_by,
  days_after,
  handling_days,
  CASE WHEN days_after IS NULL THEN 'working_day' END AS missing,
  ARRAY[fact] AS entries
FROM counted
WHERE days_after IS NULL OR days_after > handling_days
