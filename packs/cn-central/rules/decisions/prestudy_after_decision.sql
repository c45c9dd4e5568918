-- A matter is found when it was studied, yet no study came before the board decided.
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
  entity,
  matter,
  decided_on AS since,
  entries,
  decision,
  body,
  decided_on,
  studied_on,
  CASE WHEN is_in_doubt = 1 THEN 'decided_at' END AS missing
FROM first_of_matter
WHERE place = 1
