-- A listed matter is found when it was studied, yet no study came before the body that decides it had decided.
WITH compared AS (
  SELECT
    j.entity, j.matter, j.decision, j.body, j.decided_on,
    LIST_CONCAT([j.fact], ARRAY_AGG(s.fact)) AS entries,
    MIN(s.decided_on) AS studied_on,
    MAX(CASE WHEN s.decided_on < j.decided_on OR s.decided_at < j.decided_at THEN 1 ELSE 0 END) AS is_before,
    MAX(CASE
      WHEN s.decided_on IS NULL THEN 1
      WHEN s.decided_on = j.decided_on AND (s.decided_at IS NULL OR j.decided_at IS NULL) THEN 1
      ELSE 0
    END) AS is_in_doubt
  FROM judged AS j
  JOIN deciding_steps AS d ON d.entity = j.entity AND d.decision = j.decision
  JOIN decision AS s
    ON s.entity = j.entity AND s.matter = j.matter AND s.body = 'party_committee'
  GROUP BY j.entity, j.matter, j.decision, j.body, j.decided_on, j.fact
),
first_of_matter AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY entity, matter ORDER BY is_in_doubt, decided_on, decision) AS place
  FROM compared
  WHERE is_before = 0
)
SELECT
  f.entity,
  f.matter,
  f.decided_on AS since,
  f.entries,
  f.decision,
  f.body,
  f.decided_on,
  f.studied_on,
  p.item,
  CASE
    WHEN p.item IS NULL THEN 'item'
    WHEN p.is_listed = 0 THEN 'prestudy_list'
    WHEN p.is_reached = 0 THEN 'amount_cny'
    WHEN f.is_in_doubt = 1 THEN 'decided_at'
  END AS missing
FROM first_of_matter AS f
JOIN prestudy_matters AS p ON p.entity = f.entity AND p.matter = f.matter
WHERE f.place = 1
  AND (
    p.item IS NULL
    OR p.is_reached = 1
    OR (p.is_listed = 1 AND p.amount_cny IS NULL)
    OR (p.is_listed = 0 AND p.has_list = 0)
  )
