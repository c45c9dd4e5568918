"""The engine's own parser looks at each question once more, and an answer is weighed before it is sent."""

import duckdb
import pyarrow as pa
import pytest

from comptroller.model.sql_functions import IN_THE_PARSER, ROW_MAKERS
from comptroller.store import query_process
from comptroller.store.duck import closed_settings
from comptroller.store.question import MAY_CALL

ASKED = {
    "tables": ["payment"],
    "functions": sorted(MAY_CALL | IN_THE_PARSER),
    "makers": sorted(ROW_MAKERS),
    "most_rows": 10,
    "most_bytes": 10_000,
    "most_columns": 3,
}


@pytest.fixture
def connection():
    """Return a database as a question finds it."""
    database = duckdb.connect(":memory:", config=closed_settings(100 << 20))
    database.register("payment", pa.table({"n": [1, 2]}))
    yield database
    database.close()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM hidden", "table"),
        ("SELECT * FROM main.payment", "table"),
        ("SELECT * FROM 'x.csv'", "table"),
        ("SELECT * FROM read_text('x')", "table"),
        ("SELECT * FROM duckdb_tables()", "table"),
        ("SELECT * FROM histogram('payment', n)", "table"),
        ("SELECT (SELECT max(content) FROM read_text('x'))", "table"),
        ("SELECT 'x'.getenv()", "function"),
        ("SELECT list_transform([1], lambda x: current_setting('x'))", "function"),
        ("SELECT n FROM payment ORDER BY getvariable('x')", "function"),
        ("SHOW TABLES", "select"),
        ("PRAGMA database_list", "select"),
        ("SELECT 1; SELECT 2", "select"),
        ("COPY payment TO 'x'", "select"),
    ],
)
def test_the_engines_parser_finds_what_reaches_further(connection, sql, code):
    """Tables and functions are checked as the engine parses them, independently of the other parser."""
    assert query_process._foreign(connection, {**ASKED, "sql": sql})["code"] == code


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*), sum(n) OVER (), {'a': n}, [n], n LIKE 'x', n IS NULL, -n, CASE WHEN n > 1 THEN 2 END FROM payment GROUP BY n",
        "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT * FROM r, payment",
        "SELECT * FROM range(3) AS r(i), unnest([1, 2]) AS u(x)",
        "SELECT * FROM (PIVOT payment ON n IN (1, 2) USING sum(n))",
        "SELECT n::VARCHAR || 'x', extract(year FROM now()), interval 1 day, n BETWEEN 1 AND 2, n IN (1, 2) FROM payment",
    ],
)
def test_the_language_itself_is_no_problem(connection, sql):
    """Operators, types, windows, WITHs and pivots pass the second check."""
    assert query_process._foreign(connection, {**ASKED, "sql": sql}) is None


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d", "columns"),
        ("SELECT range FROM range(11)", "rows"),
        ("SELECT repeat('x', 9000), repeat('y', 9000)", "bytes"),
        ("SELECT [NULL FOR i IN range(1000)]", "bytes"),
        ("SELECT [[NULL FOR i IN range(30)] FOR j IN range(30)]", "bytes"),
        ("SELECT range FROM range(10)", ""),
    ],
)
def test_an_answer_is_weighed_with_what_its_values_take(connection, sql, code):
    """Rows, columns and bytes are counted; values that take no bytes of their own count as objects."""
    head, body = query_process._collect(connection.execute(sql).to_arrow_reader(100), ASKED)
    assert head["code"] == code
    assert bool(body) is (code == "")
