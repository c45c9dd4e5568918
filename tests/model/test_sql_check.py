"""SQL from outside as a tree: tables by the engine's own rules of names, functions by name, one printed form."""

import pytest

from comptroller.model.sql_check import parse_expression, parse_select, problems_of
from comptroller.model.sql_functions import ROW_MAKERS, STEADY
from comptroller.model.sql_names import printed

MAY_CALL = STEADY | ROW_MAKERS


def codes(sql: str) -> set[str]:
    """Return the codes of all problems of a SELECT that may read `t` and `u`."""
    tree, problems = parse_select(sql)
    return {problem.code for problem in (problems if tree is None else problems_of(tree, {"t", "u"}, MAY_CALL))}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM T",
        "WITH q(a, b) AS (SELECT 1, 2) SELECT * FROM q",
        "WITH q AS (SELECT a FROM t), r AS (SELECT * FROM q) SELECT * FROM r",
        "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT * FROM r",
        "SELECT x FROM (VALUES (1)) AS v(x)",
        "SELECT * FROM range(3) AS r(i), unnest([1, 2]) AS n(x)",
        "SELECT count(*) FILTER (WHERE a > 1), sum(b) OVER (PARTITION BY c) FROM t GROUP BY ALL",
        "SELECT list_transform(l, lambda x: x + 1), CAST(a AS DECIMAL(18, 2)) FROM t",
        "SELECT a FROM t /* a comment */ -- and another",
    ],
)
def test_a_select_over_what_may_be_read_has_no_problem(sql):
    """WITHs, windows, makers of rows, lambdas and types are the language, and pass."""
    assert codes(sql) == set()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM hidden", "table"),
        ("SELECT * FROM main.t", "table"),
        ("SELECT * FROM 'x.csv'", "table"),
        ('SELECT * FROM "x.csv"', "table"),
        ("SELECT * FROM read_csv('x')", "table"),
        ("SELECT * FROM t, LATERAL histogram('hidden', a)", "table"),
        ("SELECT * FROM histogram('hidden', 'a')", "table"),
        ("WITH RECURSIVE hidden AS (SELECT * FROM hidden) SELECT * FROM hidden", "table"),
        ("WITH RECURSIVE h(i) AS (SELECT i FROM h UNION ALL SELECT i FROM h) SELECT * FROM h", "table"),
        ("WITH a AS (SELECT * FROM h), h AS (SELECT 1) SELECT * FROM a", "table"),
        ("SELECT * FROM h, (WITH h AS (SELECT 1) SELECT * FROM h) AS z", "table"),
        ("SELECT 'x'.read_text()", "function"),
        ("SELECT main.read_text('x')", "function"),
        ("SELECT \"read_text\"('x')", "function"),
        ("SELECT 1, getenv('x') FROM (SELECT 1) AS getenv(x)", "function"),
        ("SELECT CASE WHEN a > (SELECT max(getenv('x'))) THEN 1 END FROM t", "function"),
        ("SELECT a FROM t ORDER BY getenv('x')", "function"),
        ("SELECT list_transform(l, lambda x: getenv(x)) FROM t", "function"),
        ("SELECT now()", "moment"),
        ("SELECT a FROM t WHERE d < current_date", "moment"),
        ("SELECT a INTO x FROM t", "select"),
        ("SELECT $1", "select"),
        ("SELECT E'\\x41'", "select"),
        ("SELECT 1; SELECT 2", "select"),
        ("COPY t TO 'x'", "select"),
        ("SUMMARIZE t", "select"),
        ("SELECT 1 +", "sql"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "sql"),
    ],
)
def test_what_reaches_further_is_named(sql, code):
    """Other tables behind any name, functions in any place, the moment, other statements and what does not parse."""
    assert code in codes(sql)


def test_the_printed_form_holds_no_comment_and_prints_the_same_again():
    """What runs is printed from the tree that was checked."""
    tree, _ = parse_select("SELECT a -- x\nFROM t /* y */ WHERE b = $$it's$$")
    assert printed(tree) == "SELECT a FROM t WHERE b = 'it''s'"
    assert printed(parse_select(printed(tree))[0]) == printed(tree)


@pytest.mark.parametrize("sql", ["a > 1", "coalesce(a, b) >= DATE '2024-01-01'", "list_filter(l, x -> x.b > 1)"])
def test_an_expression_over_columns_passes(sql):
    """The columns of one row, functions by name, and values inside a lambda."""
    assert parse_expression(sql, STEADY)[1] == ()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("(SELECT 1)", "subquery"),
        ("a IN (SELECT b FROM t)", "subquery"),
        ("EXISTS (FROM t)", "subquery"),
        ("count(*)", "subquery"),
        ("COLUMNS('a')", "subquery"),
        ("t.a", "column"),
        ("a.read_text()", "function"),
        ("current_user = a", "moment"),
        ("a = $$x$$", "select"),
        ("a > 1 -- x", "sql"),
        ("a /* */ > 1", "sql"),
        ("a > 1; SELECT 1", "sql"),
        ("a > 1) OR (true", "sql"),
        ("a AS b", "sql"),
    ],
)
def test_an_expression_reads_nothing_else(sql, code):
    """No query, no table, no star, no other name, no comment, no other form of string."""
    assert code in {problem.code for problem in parse_expression(sql, STEADY)[1]}
