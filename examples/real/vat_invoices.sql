-- Value-added-tax invoices of companies: one row an invoice, input or output.
-- The data lacks the invoice code, so a number may stand on several invoices: `line_id` tells them apart by their day
-- and their order on it, and a repeat is a finding about the data, never a correction.

-- kind: entity
SELECT DISTINCT 'ensure' AS act, company AS entity, company AS name FROM raw WHERE company IS NOT NULL;

-- kind: invoice
SELECT
    line,
    company AS entity,
    trim(side) AS side,
    invoice_no AS invoice,
    concat(issue_date, '/', row_number() OVER (PARTITION BY company, side, invoice_no, issue_date ORDER BY line)) AS line_id,
    counterparty,
    issue_date AS issued_on,
    CAST(round(CAST(net AS DOUBLE), 4) AS DECIMAL(18, 4)) AS net,
    CAST(round(CAST(tax AS DOUBLE), 4) AS DECIMAL(18, 4)) AS tax,
    CAST(round(CAST(gross AS DOUBLE), 4) AS DECIMAL(18, 4)) AS gross,
    'CNY' AS currency,
    CASE trim(status) WHEN '有效发票' THEN 'valid' WHEN '作废发票' THEN 'void' END AS status
FROM raw
