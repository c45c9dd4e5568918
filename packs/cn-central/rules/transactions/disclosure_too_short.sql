-- Equity offered to the public for fewer working days than are due; the end of a disclosure is not included.
WITH counted AS (
  SELECT
    t.entity,
    t.transaction,
    t.fact,
    t.disclosure_from,
    t.disclosure_until,
    CAST(p.value AS INTEGER) AS days_due,
    (u.number - CASE WHEN u.is_working THEN 1 ELSE 0 END)
      - (f.number - CASE WHEN f.is_working THEN 1 ELSE 0 END) AS days_shown
  FROM judged AS t
  JOIN param_transfer_disclosure_days AS p
    ON t.disclosure_from >= p.valid_from AND (p.valid_until IS NULL OR t.disclosure_from < p.valid_until)
  LEFT JOIN working_day AS f ON f.day = t.disclosure_from
  LEFT JOIN working_day AS u ON u.day = t.disclosure_until
)
SELECT
  entity,
  transaction,
  disclosure_from AS since,
  disclosure_from,
  disclosure_until,
  days_shown,
  days_due,
  CASE WHEN days_shown IS NULL THEN 'working_day' END AS missing,
  ARRAY[fact] AS entries
FROM counted
WHERE days_shown IS NULL OR days_shown < days_due
