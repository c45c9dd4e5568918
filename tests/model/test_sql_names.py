"""Names in a FROM: what means a WITH of the query, as the engine itself takes it."""

import pytest
import sqlglot
from sqlglot import exp

from comptroller.model.sql_names import foreign_tables, is_own, printed
from comptroller.store.duck import DuckDb, SqlError

CASES = [
    "WITH t AS (SELECT 2 AS a) SELECT * FROM t",
    "WITH t AS (SELECT * FROM t) SELECT * FROM t",
    "WITH RECURSIVE t AS (SELECT * FROM t) SELECT * FROM t",
    "WITH RECURSIVE t AS (SELECT 2 AS a UNION SELECT a + 1 FROM t WHERE a < 3) SELECT * FROM t",
    "SELECT * FROM t, (WITH t AS (SELECT 2 AS b) SELECT * FROM t) AS z",
    "SELECT * FROM (WITH t AS (SELECT 2 AS b) SELECT * FROM t) AS z",
    "WITH z AS (SELECT * FROM t), t AS (SELECT 2 AS a) SELECT * FROM z",
    "WITH T AS (SELECT 2 AS a) SELECT * FROM t",
    'WITH "T" AS (SELECT 2 AS a) SELECT * FROM "t"',
    "SELECT (WITH t AS (SELECT 2 AS a) SELECT max(a) FROM t) AS m, a FROM t",
    "WITH t AS (SELECT 2 AS a) SELECT * FROM (SELECT * FROM t) AS z WHERE EXISTS (SELECT 1 FROM t AS y)",
    "SELECT 1 AS a UNION ALL (WITH t AS (SELECT 2 AS a) SELECT * FROM t)",
]


@pytest.mark.parametrize("sql", CASES)
def test_a_name_is_own_only_where_the_engine_needs_no_table(sql):
    """Where every name is a WITH of the query, the engine answers without any table of that name."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    are_own = all(is_own(table) for table in tree.find_all(exp.Table))
    duck = DuckDb()
    try:
        duck.rows(printed(tree))
        is_answered = True
    except SqlError:
        is_answered = False
    duck.close()
    assert not are_own or is_answered
    assert bool(list(foreign_tables(tree, {"t"}))) is False
    assert bool(list(foreign_tables(tree, ()))) is not are_own
