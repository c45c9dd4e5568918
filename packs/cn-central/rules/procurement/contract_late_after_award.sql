-- Contracts signed more days after the award of their tender than are allowed.
WITH timed AS (
  SELECT
    c.entity,
    c.tender,
    c.contract,
    c.fact,
    c.counterparty,
    c.signed_on,
    t.fact AS tender_fact,
    t.method,
    t.awarded_on,
    DATE_DIFF('day', t.awarded_on, c.signed_on) AS days_taken
  FROM judged AS c
  LEFT JOIN tender AS t ON t.entity = c.entity AND t.tender = c.tender
)
SELECT
  c.entity,
  c.tender,
  c.contract,
  c.signed_on AS since,
  c.counterparty,
  c.awarded_on,
  c.days_taken,
  CAST(d.value AS INTEGER) AS days_due,
  CASE
    WHEN c.method IS NULL THEN 'tender.method'
    WHEN c.awarded_on IS NULL THEN 'tender.awarded_on'
  END AS missing,
  CASE WHEN c.tender_fact IS NULL THEN ARRAY[c.fact] ELSE ARRAY[c.fact, c.tender_fact] END AS entries
FROM timed AS c
JOIN param_contract_after_award_days AS d
  ON c.signed_on >= d.valid_from AND (d.valid_until IS NULL OR c.signed_on < d.valid_until)
WHERE c.method IS NULL
  OR (
    c.method IN ('open_tender', 'invited_tender')
    AND (c.awarded_on IS NULL OR c.days_taken > CAST(d.value AS INTEGER))
  )
