-- Compulsory tenders with bids opened too few days after the notice, by China Standard Time.
WITH timed AS (
  SELECT
    t.entity,
    t.tender,
    t.fact,
    t.project,
    t.category,
    t.estimate_cny,
    t.published_on,
    CAST(t.opened_at AS DATE) AS opened_on
  FROM judged AS t
)
SELECT
  t.entity,
  t.tender,
  t.published_on AS since,
  t.project,
  t.category,
  t.estimate_cny,
  t.opened_on,
  DATE_DIFF('day', t.published_on, t.opened_on) AS days_given,
  CAST(d.value AS INTEGER) AS days_due,
  ARRAY[t.fact] AS entries
FROM timed AS t
JOIN param_must_tender_cny AS p
  ON p.category = t.category
  AND t.published_on >= p.valid_from AND (p.valid_until IS NULL OR t.published_on < p.valid_until)
JOIN param_bid_time_days AS d
  ON t.published_on >= d.valid_from AND (d.valid_until IS NULL OR t.published_on < d.valid_until)
WHERE t.estimate_cny >= CAST(p.value AS DECIMAL(18, 4))
  AND DATE_DIFF('day', t.published_on, t.opened_on) < CAST(d.value AS INTEGER)
