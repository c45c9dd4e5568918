-- Tenders that must be held, judged by a committee that is too small, even in number, or short of experts.
WITH tested AS (
  SELECT
    t.entity,
    t.tender,
    t.fact,
    t.published_on,
    t.category,
    t.estimate_cny,
    t.committee_size,
    t.committee_experts,
    CAST(m.value AS INTEGER) AS members_due,
    CASE
      WHEN t.committee_size < m.value THEN 'too_few'
      WHEN t.committee_size % 2 = 0 THEN 'even'
      WHEN t.committee_experts < t.committee_size * f.value THEN 'few_experts'
    END AS fault
  FROM judged AS t
  JOIN param_must_tender_cny AS p
    ON p.category = t.category
    AND t.published_on >= p.valid_from AND (p.valid_until IS NULL OR t.published_on < p.valid_until)
    AND t.estimate_cny >= CAST(p.value AS DECIMAL(18, 4))
  JOIN param_committee_member_count AS m
    ON t.published_on >= m.valid_from AND (m.valid_until IS NULL OR t.published_on < m.valid_until)
  JOIN param_committee_expert_fraction AS f
    ON t.published_on >= f.valid_from AND (f.valid_until IS NULL OR t.published_on < f.valid_until)
)
SELECT
  entity,
  tender,
  published_on AS since,
  category,
  estimate_cny,
  committee_size,
  committee_experts,
  members_due,
  fault,
  ARRAY[fact] AS entries
FROM tested
WHERE fault IS NOT NULL
