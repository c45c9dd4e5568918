-- Who consolidates whom (GLEIF level 2, golden copy CSV of RR-CDF), one row a relationship: child is StartNode, parent EndNode.
-- A direct parent has a stake by which control is asserted, with its share where the row quantifies one in percent; an
-- ultimate parent and a branch's head office are told as control by a relation; a fund's manager has an agreement with it.
-- A relationship holds for its RELATIONSHIP_PERIOD; an accounting period says nothing of that. Without a beginning it holds
-- from its first registration, and one that is inactive or retired without an end ended when it was last updated.

-- kind: entity
SELECT
    min(line) AS line,
    'ensure' AS act,
    node AS entity,
    node AS name,
    CASE WHEN TRY_CAST(array_to_string(list_transform(
        regexp_extract_all(node, '.'),
        lambda c: CASE WHEN c < 'A' THEN c ELSE CAST(ascii(c) - 55 AS VARCHAR) END
    ), '') AS HUGEINT) % 97 = 1 AND regexp_full_match(node, '[0-9]{4}[0-9A-Z]{14}[0-9]{2}') THEN node END AS lei
FROM (
    SELECT line, "Relationship.StartNode.NodeID" AS node FROM raw
    UNION ALL
    SELECT line, "Relationship.EndNode.NodeID" FROM raw
)
WHERE node IS NOT NULL
GROUP BY node;

-- kind: stake
WITH said AS (
    SELECT
        line, m['Relationship.StartNode.NodeID'] AS child, m['Relationship.EndNode.NodeID'] AS parent,
        coalesce(m['Relationship.RelationshipStatus'], 'ACTIVE') AS status, m['Registration.RegistrationStatus'] AS registered,
        TRY_CAST(substr(m['Registration.InitialRegistrationDate'], 1, 10) AS DATE) AS first_day,
        TRY_CAST(substr(m['Registration.LastUpdateDate'], 1, 10) AS DATE) AS last_day,
        list_filter([1, 2, 3, 4, 5], lambda n: m['Relationship.Period.' || n || '.periodType'] = 'RELATIONSHIP_PERIOD')[1] AS p,
        list_filter([1, 2, 3, 4, 5], lambda n: m['Relationship.Quantifiers.' || n || '.QuantifierUnits'] = 'PERCENTAGE')[1] AS q,
        m
    FROM (SELECT line, CAST(to_json(r) AS MAP(VARCHAR, VARCHAR)) AS m FROM raw r)
    WHERE m['Relationship.RelationshipType'] = 'IS_DIRECTLY_CONSOLIDATED_BY'
),
held AS (
    SELECT
        line, child, parent, TRY_CAST(m['Relationship.Quantifiers.' || q || '.QuantifierAmount'] AS DECIMAL(30, 6)) AS share,
        coalesce(TRY_CAST(substr(m['Relationship.Period.' || p || '.startDate'], 1, 10) AS DATE), first_day, DATE '1900-01-01') AS since,
        coalesce(
            TRY_CAST(substr(m['Relationship.Period.' || p || '.endDate'], 1, 10) AS DATE),
            CASE WHEN status = 'INACTIVE' OR registered = 'RETIRED' THEN last_day END
        ) AS until
    FROM said
    WHERE child <> parent AND coalesce(registered, '') NOT IN ('ANNULLED', 'DUPLICATE', 'PENDING_TRANSFER', 'PENDING_ARCHIVAL')
)
SELECT
    line,
    parent AS holder,
    child AS entity,
    share AS share_pct,
    'asserted_control' AS mode,
    'GLEIF IS_DIRECTLY_CONSOLIDATED_BY' AS document,
    since AS valid_from,
    until AS valid_until
FROM held
WHERE until IS NULL OR until > since
QUALIFY row_number() OVER (PARTITION BY parent, child, since ORDER BY until DESC NULLS FIRST, line) = 1;

-- kind: relation
WITH said AS (
    SELECT
        line, m['Relationship.StartNode.NodeID'] AS child, m['Relationship.EndNode.NodeID'] AS parent,
        m['Relationship.RelationshipType'] AS type,
        coalesce(m['Relationship.RelationshipStatus'], 'ACTIVE') AS status, m['Registration.RegistrationStatus'] AS registered,
        TRY_CAST(substr(m['Registration.InitialRegistrationDate'], 1, 10) AS DATE) AS first_day,
        TRY_CAST(substr(m['Registration.LastUpdateDate'], 1, 10) AS DATE) AS last_day,
        list_filter([1, 2, 3, 4, 5], lambda n: m['Relationship.Period.' || n || '.periodType'] = 'RELATIONSHIP_PERIOD')[1] AS p,
        m
    FROM (SELECT line, CAST(to_json(r) AS MAP(VARCHAR, VARCHAR)) AS m FROM raw r)
    WHERE m['Relationship.RelationshipType'] <> 'IS_DIRECTLY_CONSOLIDATED_BY'
),
tied AS (
    SELECT
        line, child, parent, type,
        CASE
            WHEN type IN ('IS_ULTIMATELY_CONSOLIDATED_BY', 'IS_INTERNATIONAL_BRANCH_OF') THEN 'controls'
            WHEN type = 'IS_FUND-MANAGED_BY' THEN 'agreement'
            ELSE 'related_entity'
        END AS relation,
        coalesce(TRY_CAST(substr(m['Relationship.Period.' || p || '.startDate'], 1, 10) AS DATE), first_day, DATE '1900-01-01') AS since,
        coalesce(
            TRY_CAST(substr(m['Relationship.Period.' || p || '.endDate'], 1, 10) AS DATE),
            CASE WHEN status = 'INACTIVE' OR registered = 'RETIRED' THEN last_day END
        ) AS until
    FROM said
    WHERE child <> parent AND coalesce(registered, '') NOT IN ('ANNULLED', 'DUPLICATE', 'PENDING_TRANSFER', 'PENDING_ARCHIVAL')
)
SELECT
    line,
    child AS entity,
    parent AS left_party,
    child AS right_party,
    relation,
    type AS degree,
    'GLEIF' AS source,
    since AS valid_from,
    until AS valid_until
FROM tied
WHERE until IS NULL OR until > since
QUALIFY row_number() OVER (PARTITION BY parent, child, relation, since ORDER BY until DESC NULLS FIRST, line) = 1
