-- Stakes of the German media register, one row a holder and a company; a share that is not told stays open.
-- The data has no dates: a stake is said to hold from 1900-01-01.

-- kind: stake
SELECT line, shareholder AS holder, owns AS entity, share_pct, '1900-01-01' AS valid_from FROM raw
