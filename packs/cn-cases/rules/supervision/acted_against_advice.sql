-- A negative answer is found when the same body has approved the matter, finally, on that day or later, alone.
SELECT
  j.entity,
  j.advice,
  j.matter,
  MIN(d.decided_on) AS since,
  LIST_SORT(LIST_DISTINCT(FLATTEN(LIST([j.fact, d.fact])))) AS entries,
  j.post,
  j.answer,
  j.whom,
  j.because,
  MIN(d.decided_on) AS decided_on
FROM judged AS j
JOIN decision AS d
  ON d.entity = j.entity AND d.matter = j.matter AND d.body = j.post AND d.final AND d.outcome = 'approved'
WHERE d.decided_on >= j.asked_on
  AND NOT EXISTS (
    SELECT 1 FROM decision AS w
    WHERE w.entity = j.entity AND w.matter = j.matter AND w.body = j.whom
      AND w.final AND w.outcome = 'approved' AND w.decided_on <= d.decided_on
  )
  AND NOT EXISTS (
    SELECT 1 FROM advice AS a
    WHERE a.entity = j.entity AND a.matter = j.matter AND a.post = j.post
      AND a.answer = 'allowed' AND a.asked_on > j.asked_on AND a.asked_on <= d.decided_on
  )
GROUP BY j.entity, j.advice, j.matter, j.post, j.answer, j.whom, j.because
