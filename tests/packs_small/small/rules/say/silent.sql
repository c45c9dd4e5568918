-- An entity is found when the last report about it is more than twenty days before the clock.
SELECT e.entity, CAST(h.last_at AS DATE) AS since, [h.fact] AS entries
FROM judged AS e
JOIN heard AS h ON h.entity = e.entity
JOIN clock AS c ON TRUE
WHERE date_diff('day', CAST(h.last_at AS DATE), c.today) > 20
