-- Companies of the German media register, one row a company: the register's entities.

-- kind: entity
SELECT line, id AS entity, name FROM raw
