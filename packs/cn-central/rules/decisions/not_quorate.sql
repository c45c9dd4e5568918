-- A resolution is found when presence or consent is not above half of the directors without those recused, or below the body's own rules.
WITH aside AS (
  SELECT entity, decision, COUNT(DISTINCT person) AS recused
  FROM decision_votes
  WHERE recused
  GROUP BY entity, decision
),
ruled AS (
  SELECT
    d.entity, d.decision, d.matter, d.decided_on, d.seats, d.present, d.yes AS votes_for, d.fact,
    COALESCE(d.seats_recused, a.recused, 0) AS recused,
    MAX(b.quorum_share_pct) AS quorum_share_pct,
    MAX(b.pass_share_pct) AS pass_share_pct,
    MAX(b.pass_base) AS pass_base
  FROM judged AS d
  LEFT JOIN aside AS a ON a.entity = d.entity AND a.decision = d.decision
  LEFT JOIN body AS b
    ON b.entity = d.entity
    AND b.body = 'board'
    AND b.valid_from <= d.decided_on
    AND COALESCE(b.valid_until > d.decided_on, TRUE)
  GROUP BY d.entity, d.decision, d.matter, d.decided_on, d.seats, d.present, d.yes, d.fact, COALESCE(d.seats_recused, a.recused, 0)
),
counted AS (
  SELECT *, seats - recused AS voting_seats
  FROM ruled
)
SELECT
  c.entity,
  c.matter,
  c.decision,
  c.decided_on AS since,
  [c.fact] AS entries,
  c.decided_on,
  c.seats,
  c.voting_seats,
  c.present,
  c.votes_for,
  c.quorum_share_pct,
  c.pass_share_pct,
  c.pass_base
FROM counted AS c
WHERE c.present * 2 <= c.voting_seats
  OR c.votes_for * 2 <= c.voting_seats
  OR c.present * 100 < c.quorum_share_pct * c.voting_seats - 0.01
  OR c.votes_for * 100 < c.pass_share_pct * (CASE WHEN c.pass_base = 'present' THEN c.present ELSE c.voting_seats END) - 0.01
  OR (
    c.recused > 0
    AND c.present < 3
    AND NOT EXISTS (
      SELECT 1
      FROM decision AS s
      WHERE s.entity = c.entity
        AND s.matter = c.matter
        AND s.body IN ('shareholders', 'owner')
        AND s.final
        AND s.outcome = 'approved'
    )
  )
