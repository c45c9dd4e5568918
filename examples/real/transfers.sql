-- Simulated transfers between accounts (AMLSim: sourceNodeId, targetNodeId, value, time in steps of a day): entities, payments.
-- The data has no dates: step 0 is said to be 2020-01-01.

-- kind: entity
SELECT DISTINCT 'ensure' AS act, account AS entity, concat('Account ', account) AS name
FROM (SELECT sourceNodeId AS account FROM raw UNION SELECT targetNodeId FROM raw);

-- kind: payment
SELECT
    line,
    sourceNodeId AS entity,
    concat('T', line) AS payment,
    targetNodeId AS payee,
    'entity' AS payee_kind,
    value AS amount,
    'CNY' AS currency,
    CAST(DATE '2020-01-01' + CAST("time" AS INTEGER) AS VARCHAR) AS paid_on
FROM raw
