-- Transactions that rest on an appraisal past its time on the day of use.
WITH used AS (
  SELECT
    t.entity,
    t.appraisal,
    t.transaction,
    t.fact,
    a.fact AS appraisal_fact,
    COALESCE(t.disclosure_from, t.signed_on) AS used_on,
    a.base_on,
    CAST(a.base_on + INTERVAL '1' MONTH * CAST(m.value AS INTEGER) AS DATE) AS last_on
  FROM judged AS t
  JOIN param_appraisal_valid_months AS m
    ON COALESCE(t.disclosure_from, t.signed_on) >= m.valid_from
    AND (m.valid_until IS NULL OR COALESCE(t.disclosure_from, t.signed_on) < m.valid_until)
  LEFT JOIN appraisal AS a ON a.entity = t.entity AND a.appraisal = t.appraisal
)
SELECT
  entity,
  appraisal,
  transaction,
  used_on AS since,
  base_on,
  last_on,
  CASE WHEN base_on IS NULL THEN 'appraisal.base_on' END AS missing,
  CASE WHEN appraisal_fact IS NULL THEN ARRAY[fact] ELSE ARRAY[fact, appraisal_fact] END AS entries
FROM used
WHERE base_on IS NULL OR used_on > last_on
