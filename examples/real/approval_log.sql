-- An event log of requests that are approved, refused and paid (XES): matters, decisions and payments.
-- A step whose name holds FINAL_APPROVED is a final approval, APPROVED an approval on the way, REJECTED a refusal;
-- "Payment Handled" is the payment, of the case's amount by whichever name the log gives it. The log does not name its
-- organisation, so all facts stand in one entity's books.

-- kind: entity
SELECT 'ensure' AS act, 'LOG' AS entity, 'The organisation of the log' AS name FROM raw LIMIT 1;

-- kind: matter
SELECT
    min(line) AS line,
    'LOG' AS entity,
    case_id AS matter,
    min(substr(at, 1, 10)) AS raised_on
FROM raw
WHERE case_id IS NOT NULL
GROUP BY case_id;

-- kind: decision
SELECT
    line,
    'LOG' AS entity,
    concat(case_id, '/', event_no) AS decision,
    case_id AS matter,
    'officer' AS body,
    'approval' AS kind,
    CASE WHEN contains(activity, 'REJECTED') THEN 'rejected' ELSE 'approved' END AS outcome,
    CASE WHEN contains(activity, 'REJECTED') OR contains(activity, 'FINAL_APPROVED') THEN 'true' ELSE 'false' END AS final,
    at AS decided_at,
    role AS by
FROM raw
WHERE case_id IS NOT NULL AND (contains(activity, 'APPROVED') OR contains(activity, 'REJECTED'));

-- kind: payment
SELECT
    line,
    'LOG' AS entity,
    concat(case_id, '/', event_no) AS payment,
    case_id AS matter,
    CAST(round(CAST(coalesce(
        attributes['(case)_Amount'], attributes['(case)_RequestedAmount'], attributes['(case)_AdjustedAmount'],
        attributes['(case)_OriginalAmount'], case_attributes['Amount'], case_attributes['RequestedAmount'],
        case_attributes['AdjustedAmount'], case_attributes['OriginalAmount'], case_attributes['TotalDeclared'],
        list_filter(
            list_sort(map_entries(case_attributes)),
            lambda e: regexp_matches(e.key, '(?i)requested.*(amount|budget)|amount') AND TRY_CAST(e.value AS DOUBLE) >= 0
        )[1].value
    ) AS DOUBLE), 2) AS DECIMAL(18, 2)) AS amount,
    'EUR' AS currency,
    at AS paid_at
FROM raw
WHERE case_id IS NOT NULL AND activity = 'Payment Handled'
