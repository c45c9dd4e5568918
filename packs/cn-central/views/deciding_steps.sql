-- Each judged decision that decides its matter and is no proposal to a higher body.
SELECT j.entity, j.matter, j.decision, j.body, j.decided_on, j.decided_at, j.item, j.amount_cny, j.fact
FROM judged AS j
WHERE j.body <> 'management'
  OR NOT EXISTS (
    SELECT 1
    FROM decision AS b
    WHERE b.entity = j.entity AND b.matter = j.matter AND b.body IN ('board', 'shareholders')
  )
