-- Guarantees between two members of one group, neither its head, with no stake between them and no decision of its board.
SELECT
  p.entity,
  p.guarantee,
  p.matter,
  p.given_on AS since,
  p.debtor,
  p.amount_cny,
  p.group_head,
  p.missing,
  ARRAY[p.fact] AS entries
FROM placed_guarantees AS p
WHERE p.missing IS NOT NULL
  OR (
    p.debtor_head = p.group_head
    AND p.entity <> p.group_head
    AND p.debtor <> p.group_head
    AND NOT EXISTS (
      SELECT 1
      FROM stake AS s
      WHERE s.holder = p.entity
        AND s.entity = p.debtor
        AND s.valid_from <= p.given_on
        AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
    )
    AND NOT EXISTS (
      SELECT 1
      FROM stake AS s
      WHERE s.holder = p.debtor
        AND s.entity = p.entity
        AND s.valid_from <= p.given_on
        AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
    )
    AND NOT EXISTS (
      SELECT 1
      FROM decision AS d
      WHERE d.matter = p.matter
        AND d.entity = p.group_head
        AND d.body = 'board'
        AND d.outcome = 'approved'
        AND COALESCE(d.final, TRUE)
        AND d.decided_on <= p.given_on
    )
  )
