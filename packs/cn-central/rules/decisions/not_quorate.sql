-- A resolution is found when presence or consent is not above half of all directors, or below the body's own rules.
WITH ruled AS (
  SELECT
    d.entity, d.decision, d.matter, d.decided_on, d.seats, d.present, d.yes AS votes_for, d.fact,
    MAX(b.quorum_share_pct) AS quorum_share_pct,
    MAX(b.pass_share_pct) AS pass_share_pct,
    MAX(b.pass_base) AS pass_base
  FROM judged AS d
  LEFT JOIN body AS b
    ON b.entity = d.entity
    AND b.body = 'board'
    AND b.valid_from <= d.decided_on
    AND COALESCE(b.valid_until, DATE '9999-12-31') > d.decided_on
  GROUP BY d.entity, d.decision, d.matter, d.decided_on, d.seats, d.present, d.yes, d.fact
)
SELECT
  entity,
  decision,
  decided_on AS since,
  [fact] AS entries,
  matter,
  decided_on,
  seats,
  present,
  votes_for,
  quorum_share_pct,
  pass_share_pct,
  pass_base
FROM ruled
WHERE present * 2 <= seats
  OR votes_for * 2 <= seats
  OR present * 100 < quorum_share_pct * seats - 0.01
  OR votes_for * 100 < pass_share_pct * (CASE WHEN pass_base = 'present' THEN present ELSE seats END) - 0.01
