-- Beneficial ownership statements (BODS 0.4, JSON): records of entities and persons, direct shareholdings, other interests.
-- The last statement of a record tells it. A shareholding holds from its startDate (else from the day of the first statement
-- that tells it) until its endDate, the next statement that tells it otherwise, or the day its record was closed.
-- Who is not named (no record, an anonymous or unknown person, or an entity above which nobody is known) holds nothing
-- here: what they have is the gap of the company. An indirect holding is no stake, since its chain would count twice.
-- A bound that is excluded lies a millionth of a percent beyond: above 50 is more than half.

-- kind: entity
WITH said AS (
    SELECT
        line, s ->> '$.recordId' AS record, s ->> '$.recordType' AS type, s ->> '$.statementDate' AS day,
        CAST(s ->> '$.recordDetails' AS JSON) AS told
    FROM (SELECT line, to_json(r) AS s FROM raw r)
),
parties AS (
    SELECT * FROM said WHERE type IN ('entity', 'person') AND record IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY record ORDER BY day DESC NULLS LAST, line DESC) = 1
),
named AS (
    SELECT min(line) AS line, record
    FROM (
        SELECT line, told ->> '$.subject' AS record FROM said
        WHERE type = 'relationship' AND json_type(told, '$.subject') = 'VARCHAR'
        UNION ALL
        SELECT line, told ->> '$.interestedParty' FROM said
        WHERE type = 'relationship' AND json_type(told, '$.interestedParty') = 'VARCHAR'
    )
    WHERE record NOT IN (SELECT record FROM parties)
    GROUP BY record
),
leis AS (
    SELECT record, upper(i ->> '$.id') AS lei
    FROM (SELECT record, unnest(CAST(told -> '$.identifiers' AS JSON[])) AS i FROM parties)
    WHERE i ->> '$.scheme' = 'XI-LEI' AND regexp_full_match(upper(i ->> '$.id'), '[0-9]{4}[0-9A-Z]{14}[0-9]{2}')
    QUALIFY row_number() OVER (PARTITION BY record ORDER BY lei) = 1
)
SELECT
    line,
    'ensure' AS act,
    record AS entity,
    coalesce(told ->> '$.name', told ->> '$.names[0].fullName', record) AS name,
    CASE WHEN TRY_CAST(array_to_string(list_transform(
        regexp_extract_all(lei, '.'),
        lambda c: CASE WHEN c < 'A' THEN c ELSE CAST(ascii(c) - 55 AS VARCHAR) END
    ), '') AS HUGEINT) % 97 = 1 THEN lei END AS lei,
    coalesce(told ->> '$.jurisdiction.code', told ->> '$.nationalities[0].code') AS country,
    CASE
        WHEN type = 'person' THEN 'natural_person'
        WHEN told ->> '$.entityType.type' IN ('state', 'stateBody') THEN 'public_body'
    END AS form,
    CASE WHEN TRY_CAST(told ->> '$.dissolutionDate' AS DATE) IS NOT NULL THEN 'deregistered' END AS status
FROM (
    SELECT line, record, type, told FROM parties
    UNION ALL
    SELECT line, record, NULL, NULL FROM named
)
LEFT JOIN leis USING (record);

-- kind: stake
WITH said AS (
    SELECT
        line, s ->> '$.recordId' AS record, s ->> '$.recordType' AS type, s ->> '$.recordStatus' AS status,
        TRY_CAST(s ->> '$.statementDate' AS DATE) AS day, CAST(s ->> '$.recordDetails' AS JSON) AS told
    FROM (SELECT line, to_json(r) AS s FROM raw r)
    QUALIFY row_number() OVER (PARTITION BY s ->> '$.statementId', s ->> '$.recordId' ORDER BY line) = 1
),
ties AS (
    SELECT
        *, told ->> '$.interestedParty' AS holder, told ->> '$.subject' AS entity,
        row_number() OVER w AS turn, lag(day) OVER w AS day_before
    FROM said
    WHERE type = 'relationship' AND json_type(told, '$.subject') = 'VARCHAR'
        AND json_type(told, '$.interestedParty') = 'VARCHAR'
    WINDOW w AS (PARTITION BY coalesce(record, CAST(line AS VARCHAR)) ORDER BY day NULLS FIRST, line)
),
unnamed AS (
    SELECT record
    FROM (
        SELECT record, told FROM said WHERE type IN ('entity', 'person')
        QUALIFY row_number() OVER (PARTITION BY record ORDER BY day DESC NULLS LAST, line DESC) = 1
    )
    WHERE told ->> '$.personType' IN ('anonymousPerson', 'unknownPerson')
        OR told ->> '$.entityType.type' IN ('anonymousEntity', 'unknownEntity')
        AND record NOT IN (SELECT entity FROM ties)
),
interests AS (
    SELECT
        line, coalesce(record, CAST(line AS VARCHAR)) AS record, turn, day, holder, entity,
        TRY_CAST(i ->> '$.startDate' AS DATE) AS started, TRY_CAST(i ->> '$.endDate' AS DATE) AS ended,
        day_before, i -> '$.share' AS share
    FROM (SELECT *, unnest(CAST(told -> '$.interests' AS JSON[])) AS i FROM ties WHERE status IS DISTINCT FROM 'closed')
    WHERE i ->> '$.type' = 'shareholding' AND i ->> '$.directOrIndirect' IS DISTINCT FROM 'indirect'
),
begun AS (
    SELECT
        *, CASE WHEN turn = 1 OR started > day_before THEN coalesce(started, day, DATE '1900-01-01') ELSE day END AS since
    FROM interests
),
turns AS (
    SELECT
        coalesce(t.record, CAST(t.line AS VARCHAR)) AS record, t.turn,
        coalesce(min(b.since), min(e.ended), min(t.day)) AS since
    FROM ties AS t
    LEFT JOIN begun AS b
        ON b.record = coalesce(t.record, CAST(t.line AS VARCHAR)) AND b.turn = t.turn
        AND (b.ended IS NULL OR b.ended > b.since)
    LEFT JOIN (
        SELECT record, turn, max(ended) AS ended FROM begun GROUP BY record, turn
    ) AS e ON e.record = coalesce(t.record, CAST(t.line AS VARCHAR)) AND e.turn = t.turn
    GROUP BY ALL
),
pieces AS (
    SELECT
        b.line, b.holder, b.entity, b.since, least(b.ended, t.since) AS until,
        TRY_CAST(share ->> '$.exact' AS DECIMAL(30, 6)) AS exact,
        coalesce(
            TRY_CAST(share ->> '$.minimum' AS DECIMAL(30, 6)), TRY_CAST(share ->> '$.exclusiveMinimum' AS DECIMAL(30, 6)) + 0.000001
        ) AS low,
        coalesce(
            TRY_CAST(share ->> '$.maximum' AS DECIMAL(30, 6)), TRY_CAST(share ->> '$.exclusiveMaximum' AS DECIMAL(30, 6)) - 0.000001
        ) AS high
    FROM begun AS b
    LEFT JOIN turns AS t ON t.record = b.record AND t.turn = b.turn + 1
    WHERE holder NOT IN (SELECT record FROM unnamed)
        AND coalesce(b.ended > b.since, true) AND coalesce(t.since > b.since, true)
),
days AS (
    SELECT holder, entity, day, lead(day) OVER (PARTITION BY holder, entity ORDER BY day) AS next_day
    FROM (
        SELECT holder, entity, since AS day FROM pieces
        UNION
        SELECT holder, entity, until FROM pieces WHERE until IS NOT NULL
    )
)
SELECT
    min(p.line) AS line,
    d.holder,
    d.entity,
    CASE WHEN count(exact) = count(*) THEN sum(exact) END AS share_pct,
    CASE WHEN count(low) > 0 THEN sum(coalesce(low, exact, 0)) END AS share_low_pct,
    CASE WHEN count(high) > 0 AND count(coalesce(high, exact)) = count(*) THEN least(sum(coalesce(high, exact)), 100) END AS share_high_pct,
    d.day AS valid_from,
    d.next_day AS valid_until
FROM days AS d
JOIN pieces AS p
    ON p.holder = d.holder AND p.entity = d.entity AND p.since <= d.day AND (p.until IS NULL OR p.until > d.day)
GROUP BY d.holder, d.entity, d.day, d.next_day;

-- kind: relation
-- Votes of certainly more than half, the law and the articles give control; a right by contract, trust, nomination or over
-- seats is an agreement; a seat is a post; whatever else, and what is held through others, makes a related party.
WITH said AS (
    SELECT
        line, s ->> '$.recordId' AS record, s ->> '$.recordType' AS type, s ->> '$.recordStatus' AS status,
        TRY_CAST(s ->> '$.statementDate' AS DATE) AS day, CAST(s ->> '$.recordDetails' AS JSON) AS told
    FROM (SELECT line, to_json(r) AS s FROM raw r)
),
last AS (
    SELECT
        *, min(day) FILTER (WHERE type = 'relationship') OVER (PARTITION BY record) AS first_day
    FROM said
    WHERE record IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY record ORDER BY day DESC NULLS LAST, line DESC) = 1
),
unnamed AS (
    SELECT record FROM last
    WHERE told ->> '$.personType' IN ('anonymousPerson', 'unknownPerson')
        OR told ->> '$.entityType.type' IN ('anonymousEntity', 'unknownEntity')
        AND record NOT IN (SELECT told ->> '$.subject' FROM last WHERE json_type(told, '$.interestedParty') = 'VARCHAR')
),
interests AS (
    SELECT
        line, told ->> '$.interestedParty' AS holder, told ->> '$.subject' AS entity,
        coalesce(i ->> '$.type', 'unknownInterest') AS interest, coalesce(i ->> '$.directOrIndirect', 'unknown') AS way,
        coalesce(
            TRY_CAST(i ->> '$.share.minimum' AS DOUBLE), TRY_CAST(i ->> '$.share.exclusiveMinimum' AS DOUBLE) + 0.000001,
            TRY_CAST(i ->> '$.share.exact' AS DOUBLE)
        ) AS least_share,
        coalesce(TRY_CAST(i ->> '$.startDate' AS DATE), first_day, DATE '1900-01-01') AS since,
        coalesce(TRY_CAST(i ->> '$.endDate' AS DATE), CASE WHEN status = 'closed' THEN day END) AS until
    FROM (
        SELECT *, unnest(CAST(told -> '$.interests' AS JSON[])) AS i FROM last
        WHERE type = 'relationship' AND json_type(told, '$.subject') = 'VARCHAR'
            AND json_type(told, '$.interestedParty') = 'VARCHAR'
    )
)
SELECT
    min(line) AS line,
    entity,
    holder AS left_party,
    entity AS right_party,
    CASE
        WHEN way = 'indirect' THEN 'related_entity'
        WHEN interest = 'votingRights' AND least_share > 50 THEN 'controls'
        WHEN interest IN ('controlByLegalFramework', 'controlViaCompanyRulesOrArticles') THEN 'controls'
        WHEN interest IN ('boardMember', 'boardChair', 'seniorManagingOfficial') THEN 'post'
        WHEN interest IN (
            'appointmentOfBoard', 'rightsGrantedByContract', 'conditionalRightsGrantedByContract', 'settlor', 'trustee',
            'protector', 'beneficiaryOfLegalArrangement', 'nominee', 'nominator'
        ) THEN 'agreement'
        ELSE 'related_entity'
    END AS relation,
    string_agg(DISTINCT interest, ', ' ORDER BY interest) AS degree,
    'BODS' AS source,
    since AS valid_from,
    CASE WHEN count(until) = count(*) THEN max(until) END AS valid_until
FROM interests
WHERE (interest <> 'shareholding' OR way = 'indirect') AND holder <> entity AND (until IS NULL OR until > since)
    AND holder NOT IN (SELECT record FROM unnamed)
GROUP BY ALL
