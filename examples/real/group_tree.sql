-- A group's tree, one row a company under a parent with the direct share: the register's entities and stakes.
-- A company under several parents stands in the tree under the one that holds most. The data has no dates: a stake is
-- said to hold from 1900-01-01.

-- kind: entity
SELECT
    min(line) AS line,
    child AS entity,
    coalesce(max(child_name), child) AS name,
    arg_max(parent, coalesce(TRY_CAST(direct_pct AS DOUBLE), 0)) AS parent
FROM raw
WHERE child IS NOT NULL
GROUP BY child;

-- kind: stake
SELECT min(line) AS line, parent AS holder, child AS entity, direct_pct AS share_pct, '1900-01-01' AS valid_from
FROM raw
WHERE parent IS NOT NULL
GROUP BY parent, child, direct_pct
