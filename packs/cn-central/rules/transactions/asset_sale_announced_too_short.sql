-- Sales of assets above the first line that were announced for fewer working days than their floor asks for.
WITH counted AS (
  SELECT
    t.entity,
    t.transaction,
    t.fact,
    t.disclosure_from,
    t.disclosure_until,
    COALESCE(t.first_floor_cny, t.floor_cny) AS floor_cny,
    CAST(d.value AS INTEGER) AS days_due,
    (u.number - CASE WHEN u.is_working THEN 1 ELSE 0 END)
      - (f.number - CASE WHEN f.is_working THEN 1 ELSE 0 END) AS days_shown
  FROM judged AS t
  JOIN param_asset_announcement_from_cny AS low
    ON t.disclosure_from >= low.valid_from AND (low.valid_until IS NULL OR t.disclosure_from < low.valid_until)
  JOIN param_asset_announcement_long_cny AS high
    ON t.disclosure_from >= high.valid_from AND (high.valid_until IS NULL OR t.disclosure_from < high.valid_until)
  JOIN param_asset_announcement_days AS d
    ON t.disclosure_from >= d.valid_from AND (d.valid_until IS NULL OR t.disclosure_from < d.valid_until)
    AND d.band = CASE WHEN COALESCE(t.first_floor_cny, t.floor_cny) > high.value THEN 'high' ELSE 'middle' END
  LEFT JOIN working_day AS f ON f.day = t.disclosure_from
  LEFT JOIN working_day AS u ON u.day = t.disclosure_until
  WHERE COALESCE(t.first_floor_cny, t.floor_cny) > low.value
)
SELECT
  entity,
  transaction,
  disclosure_from AS since,
  disclosure_from,
  disclosure_until,
  floor_cny,
  days_shown,
  days_due,
  CASE WHEN days_shown IS NULL THEN 'working_day' END AS missing,
  ARRAY[fact] AS entries
FROM counted
WHERE days_shown IS NULL OR days_shown < days_due
