-- Who owns a group's top company, one row a holder: the register's entities and stakes above it.
-- The data has no dates: a stake is said to hold from 1900-01-01.

-- kind: entity
SELECT DISTINCT 'ensure' AS act, owner AS entity, owner_name AS name FROM raw;

-- kind: stake
SELECT line, owner AS holder, child AS entity, direct_pct AS share_pct, '1900-01-01' AS valid_from FROM raw
