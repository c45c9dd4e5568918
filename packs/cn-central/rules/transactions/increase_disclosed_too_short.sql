-- Capital increases with a disclosure, with any pre-disclosure, of fewer working days than required.
WITH counted AS (
  SELECT
    t.entity,
    t.transaction,
    t.fact,
    t.predisclosure_from,
    t.predisclosure_until,
    t.disclosure_from,
    t.disclosure_until,
    CAST(p.value AS INTEGER) AS days_due,
    (u.number - CASE WHEN u.is_working THEN 1 ELSE 0 END)
      - (f.number - CASE WHEN f.is_working THEN 1 ELSE 0 END)
      + CASE
          WHEN t.predisclosure_from IS NULL THEN 0
          ELSE (pu.number - CASE WHEN pu.is_working THEN 1 ELSE 0 END)
            - (pf.number - CASE WHEN pf.is_working THEN 1 ELSE 0 END)
        END AS days_shown
  FROM judged AS t
  JOIN param_increase_disclosure_days AS p
    ON t.disclosure_from >= p.valid_from AND (p.valid_until IS NULL OR t.disclosure_from < p.valid_until)
  LEFT JOIN working_day AS f ON f.day = t.disclosure_from
  LEFT JOIN working_day AS u ON u.day = t.disclosure_until
  LEFT JOIN working_day AS pf ON pf.day = t.predisclosure_from
  LEFT JOIN working_day AS pu ON pu.day = t.predisclosure_until
)
SELECT
  entity,
  transaction,
  disclosure_from AS since,
  predisclosure_from,
  predisclosure_until,
  disclosure_from,
  disclosure_until,
  days_shown,
  days_due,
  CASE WHEN days_shown IS NULL THEN 'working_day' END AS missing,
  ARRAY[fact] AS entries
FROM counted
WHERE days_shown IS NULL OR days_shown < days_due
