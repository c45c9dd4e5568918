-- A decision is found when its votes for are not more than those against; without votes it cannot be judged.
SELECT
  d.entity, d.decision, d.decided_on AS since,
  count(*) FILTER (WHERE v.vote = 'yes') AS votes_for,
  count(*) FILTER (WHERE v.vote = 'no') AS votes_against,
  [d.fact] AS entries,
  CASE WHEN count(v.person) = 0 THEN 'votes' END AS missing
FROM judged AS d
LEFT JOIN decision_votes AS v ON v.entity = d.entity AND v.decision = d.decision
GROUP BY d.entity, d.decision, d.decided_on, d.fact
HAVING count(*) FILTER (WHERE v.vote = 'yes') <= count(*) FILTER (WHERE v.vote = 'no')
