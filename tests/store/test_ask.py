"""A query from outside reads the tables that it may, and nothing else, however it names them."""

import pytest

from comptroller.model.refusal import Refused
from comptroller.store.ask import ask
from comptroller.store.duck import Duck


@pytest.fixture
def duck():
    """Give a database with a table that may be read, and one that may not."""
    one = Duck(memory="200MB")
    one.execute("CREATE TABLE t AS SELECT 1 AS a; CREATE TABLE hidden AS SELECT 42 AS b")
    yield one
    one.close()


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT a FROM t", [(1,)]),
        ("WITH q AS (SELECT a FROM t), r AS (SELECT * FROM q) SELECT * FROM r", [(1,)]),
        (
            "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT * FROM r",
            [(1,), (2,), (3,)],
        ),
        ("SELECT x FROM (VALUES (5)) AS v(x)", [(5,)]),
        ("SELECT a FROM t UNION ALL SELECT a FROM t", [(1,), (1,)]),
        ("SELECT (SELECT max(a) FROM t) AS m", [(1,)]),
    ],
)
def test_a_select_over_what_may_be_read_is_answered(duck, sql, rows):
    """Joins, unions, WITH and subqueries over documented tables are taken."""
    assert ask(duck, sql, {"t"})[1] == rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM hidden",
        "SELECT * FROM main.hidden",
        "SELECT * FROM hidden, (WITH hidden AS (SELECT 1 AS c) SELECT * FROM hidden) AS z",
        "WITH a AS (SELECT * FROM hidden), hidden AS (SELECT 1 AS c) SELECT * FROM a",
        "WITH hidden AS (SELECT * FROM hidden) SELECT * FROM hidden",
        'SELECT * FROM "x.csv", (WITH "x.csv" AS (SELECT 1) SELECT * FROM "x.csv") AS z',
        "SELECT * FROM 'x.csv'",
        "SELECT * FROM read_csv('x.csv')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM query_table('hidden')",
        "SELECT (SELECT b FROM hidden)",
        "SELECT * FROM t WHERE EXISTS (FROM hidden)",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM sqlite_master",
        "SELECT read_text('x')",
        "SELECT getenv('HOME')",
        "SELECT current_setting('memory_limit')",
        "SELECT * INTO x FROM t",
        "INSERT INTO t VALUES (2)",
        "PRAGMA show_tables",
        "SUMMARIZE hidden",
        "SELECT 1; SELECT 2",
        "SELECT 1 +",
        "",
    ],
)
def test_what_reaches_further_is_refused(duck, sql):
    """Other tables behind any name, files, functions that reach out, writing, and what is no SELECT."""
    with pytest.raises(Refused) as refused:
        ask(duck, sql, {"t"})
    assert refused.value.refusals[0].code.startswith("query.")
    assert duck.rows("SELECT * FROM t") == [(1,)]


def test_a_view_stands_in_a_tables_place(duck):
    """Other SQL may be put under a table's name, its alias kept."""
    found = ask(duck, "SELECT x.a, t.a AS b FROM t AS x, t", {"t"}, {"t": "SELECT a + 1 AS a FROM t"})
    assert found == (["a", "b"], [(2, 2)])


@pytest.mark.parametrize(
    "sql",
    ["SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT " + "NOT " * 3000 + "true", "SELECT '" + "x" * 200_000 + "'"],
)
def test_a_query_too_deep_or_too_long_is_refused(sql):
    """What no parser follows to its end is refused as any wrong query is."""
    with pytest.raises(Refused):
        ask(Duck(memory="100MB"), sql, set())


def test_what_takes_too_long_is_ended_and_refused_by_name(duck):
    """A question may not hold the engine longer than it may, and the connection is good for the next one."""
    endless = "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r"
    with pytest.raises(Refused) as refused:
        ask(duck, endless, {"t"}, seconds=0.2)
    assert [one.code for one in refused.value.refusals] == ["query.slow"]
    assert ask(duck, "SELECT a FROM t", {"t"})[1] == [(1,)]
