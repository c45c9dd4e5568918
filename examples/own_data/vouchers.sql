-- The payment vouchers of an accounting system, as facts of the kind `payment`: the columns of your file on the right.

-- kind: payment
SELECT
    line,
    company AS entity,
    voucher_no AS payment,
    paid_to AS payee,
    'entity' AS payee_kind,
    yuan AS amount,
    'CNY' AS currency,
    pay_date AS paid_on,
    made_by AS maker,
    checked_by AS checker,
    invoice_no AS invoice
FROM raw
