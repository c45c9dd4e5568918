-- Each line of collective decision with the height of its body; one that names no body asks for management or above.
SELECT
  l.entity, l.item, COALESCE(l.limit_cny, 0) AS limit_cny, l.body, l.distance, l.valid_from, l.valid_until,
  CASE COALESCE(l.body, 'management') WHEN 'owner' THEN 5 WHEN 'shareholders' THEN 4 WHEN 'board' THEN 3 WHEN 'management' THEN 2 WHEN 'party_committee' THEN 2 WHEN 'officer' THEN 1 ELSE 0 END AS height
FROM list_in_force AS l
WHERE l.list = 'collective_decision' AND COALESCE(l.body, '') <> 'officer'
