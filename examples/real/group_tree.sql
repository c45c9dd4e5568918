-- A group's tree, one row a company with its parent and the direct share: the register's entities and stakes.
-- The data has no dates: a stake is said to hold from 1900-01-01.

-- kind: entity
SELECT line, child AS entity, child_name AS name, parent FROM raw;

-- kind: stake
SELECT line, parent AS holder, child AS entity, direct_pct AS share_pct, '1900-01-01' AS valid_from
FROM raw
WHERE parent IS NOT NULL
