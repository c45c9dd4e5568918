-- Guarantees for a registered debtor outside the guarantor's group, without a stake of the group on the day, and not controlled by it.
SELECT
  p.entity,
  p.guarantee,
  p.given_on AS since,
  p.debtor,
  p.amount_cny,
  p.group_head,
  p.debtor_head,
  p.missing,
  ARRAY[p.fact] AS entries
FROM placed_guarantees AS p
WHERE p.missing IS NOT NULL
  OR (
    (p.debtor_head IS NULL OR p.debtor_head <> p.group_head)
    AND NOT EXISTS (
      SELECT 1 FROM ancestor AS a WHERE a.entity = p.entity AND a.ancestor = p.debtor
    )
    AND NOT EXISTS (
      SELECT 1
      FROM stake AS s
      JOIN ancestor AS m ON m.entity = s.holder
      WHERE s.entity = p.debtor
        AND m.ancestor = p.group_head
        AND s.valid_from <= p.given_on
        AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
    )
    AND NOT EXISTS (
      SELECT 1
      FROM stake AS s
      JOIN ancestor AS m ON m.entity = s.entity
      WHERE s.holder = p.debtor
        AND m.ancestor = p.group_head
        AND s.valid_from <= p.given_on
        AND (s.valid_until IS NULL OR s.valid_until > p.given_on)
    )
    AND NOT EXISTS (
      SELECT 1
      FROM control_period AS c
      JOIN ancestor AS m ON m.entity = c.owner
      WHERE c.entity = p.debtor
        AND m.ancestor = p.group_head
        AND COALESCE(c.valid_from <= p.given_on, TRUE)
        AND COALESCE(c.valid_until > p.given_on, TRUE)
    )
  )
