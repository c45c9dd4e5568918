"""A query from outside reads the tables that it may, and nothing else, however it names them."""

import os
import threading
import time
from pathlib import Path

import pytest

from comptroller.model.refusal import Refused
from comptroller.store.duck import DuckDb
from comptroller.web.runtime.query_limits import Limits, NoPlace
from comptroller.web.runtime.query_pool import QueryPool
from tests.questions import ask


@pytest.fixture
def duck():
    """Yield a database with a table that may be read, and one that may not."""
    one = DuckDb(memory="200MB")
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
        "WITH RECURSIVE hidden AS (SELECT * FROM hidden) SELECT * FROM hidden",
        "SELECT * FROM histogram('hidden', 'b')",
        "SELECT pg_sleep(1)",
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
    """Other SQL may replace a table's name; its alias stays."""
    found = ask(duck, "SELECT x.a, t.a AS b FROM t AS x, t", {"t"}, {"t": "SELECT a + 1 AS a FROM t"})
    assert found == (["a", "b"], [(2, 2)])


@pytest.mark.parametrize(
    "sql",
    ["SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT " + "NOT " * 3000 + "true", "SELECT '" + "x" * 200_000 + "'"],
)
def test_a_query_too_deep_or_too_long_is_refused(sql):
    """A query that no parser can finish is rejected like any wrong query."""
    with pytest.raises(Refused):
        ask(DuckDb(memory="100MB"), sql, set())


def test_what_takes_too_long_is_ended_and_refused_by_name(duck):
    """A question may not hold the engine longer than it may, and the connection is good for the next one."""
    endless = "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r"
    with pytest.raises(Refused) as refused:
        ask(duck, endless, {"t"}, seconds=0.2)
    assert [one.code for one in refused.value.refusals] == ["query.slow"]
    assert ask(duck, "SELECT a FROM t", {"t"})[1] == [(1,)]


ENDLESS = "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r"


def codes(found) -> list[str]:
    """Return the codes of a refusal."""
    return [one.code for one in found.value.refusals]


def test_a_quoted_alias_is_a_name_and_nothing_else(duck):
    """SQL inside a quoted alias stays an alias."""
    assert ask(duck, 'SELECT * FROM t AS "x LIMIT (SELECT * FROM main.hidden)"', {"t"})[1] == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE t AS (SELECT * FROM t) SELECT * FROM t",
        "WITH t AS (SELECT * FROM t) SELECT * FROM t",
        "SELECT * FROM (WITH t AS (SELECT a FROM t) SELECT * FROM t) AS z",
    ],
)
def test_a_name_that_shadows_a_table_gives_its_view_at_most(duck, sql):
    """Where the engine reads the table behind a name of the question, it finds the rows handed over, and no others."""
    duck.execute("INSERT INTO t VALUES (2), (3)")
    try:
        rows = ask(duck, sql, {"t"}, {"t": "SELECT a FROM main.t WHERE a = 1"})[1]
    except Refused:
        return
    assert rows in ([], [(1,)])


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT length(repeat('x', 2000000000))", "query.memory"),
        ("SELECT len(list(a.range || 'xxxxxxxxxxxxxxxxxxxx')) FROM range(9000) AS a, range(9000) AS b", "query.memory"),
        ("SELECT [NULL FOR i IN range(100000000)]", "query.memory"),
        ("SELECT repeat('x', 20000) AS x FROM range(10000)", "query.bytes"),
        ("SELECT [NULL FOR i IN range(1000)] AS x FROM range(10000)", "query.bytes"),
        ("SELECT range FROM range(100001)", "query.rows"),
        ("SELECT " + ", ".join(["NULL"] * 600), "query.columns"),
    ],
)
def test_what_is_too_large_is_refused_by_name(duck, sql, code):
    """Memory is limited by the system, and answers in rows, bytes and columns; the server holds none of it."""
    before = _resident()
    with pytest.raises(Refused) as refused:
        ask(duck, sql, {"t"})
    assert codes(refused) == [code]
    assert _resident() - before < 100 << 20


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_table_that_is_too_large_to_be_handed_over_is_refused(duck):
    """What one question may read is bounded in bytes; a question that names fewer columns may be answered."""
    duck.execute("CREATE TABLE wide AS SELECT range AS n, repeat('x', 1000) AS text FROM range(5000)")
    with QueryPool(Limits(handed=1 << 20)) as pool:
        with pytest.raises(Refused) as refused:
            pool.ask(duck, "SELECT * FROM wide", {"wide"})
        assert codes(refused) == ["query.large"]
        assert pool.ask(duck, "SELECT max(n) AS n FROM wide", {"wide"})[1] == [(4999,)]


def _tried(pool: QueryPool, duck: DuckDb, person: str, found: list[str]) -> None:
    try:
        pool.ask(duck.cursor(), ENDLESS, {"t"}, person=person, seconds=1.5)
    except Refused as refused:
        found.append(refused.refusals[0].code)
    except NoPlace as full:
        found.append(full.refusal.code)


def test_few_run_at_once_and_nobody_has_more_than_a_few(duck):
    """A person with two queries must wait, and so must all users while all processes are busy; others go on."""
    found: list[str] = []
    with QueryPool(Limits(processes=2, waiting=1, wait_seconds=0.2)) as pool:
        threads = [threading.Thread(target=_tried, args=(pool, duck, who, found)) for who in ("a", "a", "a", "b", "c")]
        for one in threads:
            one.start()
            time.sleep(0.05)
        for one in threads:
            one.join()
        assert sorted(found) == ["query.full", "query.full", "query.person", "query.slow", "query.slow"]
        assert pool.ask(duck, "SELECT a FROM t", {"t"}, person="a")[1] == [(1,)]


def test_processes_that_are_ended_from_outside_are_started_again(duck):
    """A question after the end of all processes is answered as before."""
    with QueryPool() as pool:
        assert pool.ask(duck, "SELECT a FROM t", {"t"})[1] == [(1,)]
        os.killpg(pool.number, 9)
        time.sleep(0.2)
        assert pool.ask(duck, "SELECT a FROM t", {"t"})[1] == [(1,)]


def test_nothing_is_left_when_the_pool_stops(duck):
    """The program and all of its processes end, and their folder is gone."""
    with QueryPool() as pool:
        pool.ask(duck, "SELECT a FROM t", {"t"})
        number, folder = pool.number, pool.folder
        assert list(folder.iterdir()) == []
    assert not folder.exists()
    for _ in range(50):
        left = [one for one in Path("/proc").glob("[0-9]*/stat") if _group(one) == number]
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def _group(path: Path) -> int:
    """Return the process group of a process that has not ended; 0 for one that has."""
    try:
        state, _, group = path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[:3]
    except OSError:
        return 0
    return 0 if state == "Z" else int(group)


def test_a_process_gets_no_environment(duck, monkeypatch):
    """Nothing that the server was started with is in the processes' environment."""
    monkeypatch.setenv("COMPTROLLER_PASSPHRASE", "not to be seen")
    with QueryPool() as pool:
        pool.ask(duck, "SELECT a FROM t", {"t"})
        environment = Path(f"/proc/{pool.number}/environ").read_bytes()
    assert b"COMPTROLLER" not in environment
    assert b"not to be seen" not in environment
