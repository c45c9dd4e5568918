-- A decision is found when the last study before it did not agree and the same proposal passed.
WITH studied AS (
  SELECT
    j.entity, j.matter, j.decision, j.body, j.decided_on, j.proposal, j.fact,
    s.decision AS study, s.outcome AS study_outcome, s.decided_on AS studied_on, s.proposal AS study_proposal, s.fact AS study_fact,
    ROW_NUMBER() OVER (
      PARTITION BY j.entity, j.decision
      ORDER BY s.decided_on DESC, COALESCE(s.decided_at, CAST(s.decided_on AS TIMESTAMP)) DESC, s.decision DESC
    ) AS place
  FROM judged AS j
  JOIN decision AS s
    ON s.entity = j.entity
    AND s.matter = j.matter
    AND s.body = 'party_committee'
    AND s.decided_on <= j.decided_on
    AND COALESCE(s.decided_at < j.decided_at, TRUE)
)
SELECT
  entity,
  matter,
  decision,
  decided_on AS since,
  [fact, study_fact] AS entries,
  body,
  decided_on,
  proposal,
  study,
  study_outcome,
  studied_on,
  CASE WHEN proposal IS NULL OR study_proposal IS NULL THEN 'proposal' END AS missing
FROM studied
WHERE place = 1
  AND study_outcome IN ('rejected', 'revise')
  AND COALESCE(proposal = study_proposal, TRUE)
