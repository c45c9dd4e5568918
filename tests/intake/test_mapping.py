"""Mappings: one SELECT a kind over the raw file, isolated, repeatable, and rejected with DuckDB's message."""

import pyarrow as pa
import pytest

from comptroller.intake.formats.xes import read_xes
from comptroller.intake.limits import Limits
from comptroller.intake.mapping import Select, apply_mapping, parse_mapping
from comptroller.intake.raw_table import RawTable


def raw(**columns: list[str | None]) -> RawTable:
    """Return a raw table of text columns, lines from 1."""
    count = len(next(iter(columns.values())))
    lines = pa.array(range(1, count + 1), pa.int64())
    return RawTable("", pa.table({**{k: pa.array(v, pa.string()) for k, v in columns.items()}, "line": lines}), "a.csv")


def mapped(sql: str, one: RawTable) -> list[dict[str, object]]:
    """Return the rows of a mapping with one SELECT."""
    selects, refusals = parse_mapping("m.sql", f"-- kind: payment\n{sql}")
    assert refusals == []
    raws, refusals = apply_mapping(one, selects)
    assert refusals == []
    rows: list[dict[str, object]] = raws[0].table.to_pylist()
    return rows


def parse_codes(text: str) -> list[str]:
    """Return the codes of the refusals of a mapping's text."""
    selects, refusals = parse_mapping("m.sql", text)
    assert selects == []
    assert all(one.file == "m.sql" for one in refusals)
    return [one.code for one in refusals]


def test_several_kinds() -> None:
    """Each SELECT is under the kind that its comment names; comments and semicolons do no harm."""
    text = "-- A bank's.\n-- kind: payment\nSELECT a FROM raw; -- end\n\n-- kind: account\n/* x */ SELECT b FROM raw\n"
    selects, refusals = parse_mapping("m.sql", text)
    assert refusals == []
    assert [(one.kind, one.line) for one in selects] == [("payment", 2), ("account", 5)]
    raws, refusals = apply_mapping(raw(a=["1"], b=["2"]), selects)
    assert refusals == []
    assert [(one.kind, one.place) for one in raws] == [("payment", "a.csv"), ("account", "a.csv")]


def test_results_are_text() -> None:
    """Numbers retain every digit, days and instants are ISO, lists and structs are JSON, nothing is null."""
    sql = """SELECT CAST(n AS DECIMAL(18,4)) AS money, CAST(n AS DOUBLE) AS number, CAST(d AS DATE) AS day,
        CAST(d AS TIMESTAMP) AS moment, CAST(d || ' 00:00:00+01' AS TIMESTAMPTZ) AS instant, '' AS nothing,
        n = '3' AS flag, [{'p': 'x'}] AS list, line FROM raw"""
    assert mapped(sql, raw(n=["3"], d=["2024-01-02"])) == [
        {
            "money": "3.0000",
            "number": "3",
            "day": "2024-01-02",
            "moment": "2024-01-02T00:00:00",
            "instant": "2024-01-01T23:00:00Z",
            "nothing": None,
            "flag": "true",
            "list": '[{"p":"x"}]',
            "line": 1,
        }
    ]


def test_lines() -> None:
    """`line` is the file's where the SELECT has it, else rows are counted."""
    one = raw(a=["x", "y"])
    assert [row["line"] for row in mapped("SELECT a, line FROM raw WHERE a = 'y'", one)] == [2]
    assert [row["line"] for row in mapped("SELECT a FROM raw", one)] == [1, 2]


def test_order_depends_on_the_file_alone() -> None:
    """Grouped and joined rows are put in order, so that the same file always has the same rows."""
    one = raw(a=[str(n % 50) for n in range(5000)])
    rows = mapped("SELECT a, count(*) AS n FROM raw GROUP BY a", one)
    assert [row["a"] for row in rows] == sorted({str(n) for n in range(50)})
    assert rows == mapped("SELECT a, count(*) AS n FROM raw GROUP BY a", one)


def test_event_logs() -> None:
    """Attributes are maps: an absent one is null; `at` needs no quotes, though DuckDB reserves the word."""
    log = b"""<log><trace><string key="concept:name" value="c"/><event><string key="(case)_Amount" value="5.50"/>
        <date key="time:timestamp" value="2024-01-01T10:00:00+01:00"/></event><event/></trace></log>"""
    raws, _ = read_xes(log, "a.xes")
    sql = """SELECT case_id AS matter, attributes['(case)_Amount'] AS amount, case_attributes['no'] AS no,
        CAST(at AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS seen, r.at, line FROM raw r"""
    assert mapped(sql, raws[0]) == [
        {
            "matter": "c",
            "amount": "5.50",
            "no": None,
            "seen": "2024-01-01T09:00:00",
            "at": "2024-01-01T10:00:00+01:00",
            "line": 1,
        },
        {"matter": "c", "amount": None, "no": None, "seen": None, "at": None, "line": 2},
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM 'x.csv'",
        "SELECT * FROM read_csv('x.csv')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT a FROM raw UNION ALL SELECT content FROM read_text('x')",
        "SELECT a, (SELECT max(x) FROM 'y.parquet') FROM raw",
        "SELECT a FROM raw, range(10)",
        "SELECT unnest(range(10)) AS a FROM raw",
        "SELECT unnest(generate_series(1, 10)) AS a FROM raw",
        "SELECT a FROM raw, other",
        "SELECT a FROM information_schema.tables",
        "SELECT a FROM main.raw",
        "SELECT now() AS a FROM raw",
        "SELECT current_date AS a FROM raw",
        "SELECT today() AS a FROM raw",
        "SELECT random() AS a FROM raw",
        "SELECT gen_random_uuid() AS a FROM raw",
        "SELECT getenv('HOME') AS a FROM raw",
        "SELECT a FROM raw USING SAMPLE 10",
        "SELECT a FROM raw WHERE a = ?",
        "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t) SELECT a FROM t",
        "SELECT * FROM duckdb_settings()",
    ],
)
def test_reach(sql: str) -> None:
    """A mapping reads `raw` and nothing else, and answers the same every time."""
    assert set(parse_codes(f"-- kind: a\n{sql}")) == {"intake.mapping.reach"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1",
        "SELECT 1;\n-- kind: a\nSELECT a FROM raw",
        "-- kind: a\n",
        "-- kind: a\nSELECT a FROM raw; SELECT b FROM raw",
        "-- kind: a\nCOPY raw TO 'x'",
        "-- kind: a\nATTACH 'x'",
        "-- kind: a\nDROP TABLE raw",
        "-- kind: a\nINSERT INTO raw VALUES (1)",
        "-- kind: a\nPRAGMA version",
        "-- kind: a\nSELECT FROM WHERE",
        "-- kind: a\nSELECT (a FROM raw",
        "-- kind: a\nSELECT 'a FROM raw",
    ],
)
def test_syntax(text: str) -> None:
    """Anything but SELECTs under their kinds is rejected."""
    assert "intake.mapping.syntax" in parse_codes(text)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nope FROM raw", "nope"),
        ("SELECT CAST(a AS INTEGER) AS a FROM raw", "x"),
        ("SELECT unknown_function(a) AS a FROM raw", "unknown_function"),
        ("SELECT error('stop') AS a FROM raw", "stop"),
    ],
)
def test_failures(sql: str, said: str) -> None:
    """A SELECT that does not run over this file is rejected with DuckDB's words and the file's columns."""
    raws, refusals = apply_mapping(raw(a=["x"], b=["y"]), [Select("payment", sql, "m.sql", 3)])
    assert raws == []
    assert [one.code for one in refusals] == ["intake.mapping.failed"]
    assert said in refusals[0].seen
    assert refusals[0].file == "a.csv"
    assert "m.sql" in refusals[0].field
    assert refusals[0].expected.en.endswith("a, b, line")


def test_locked() -> None:
    """SQL that passes the check still finds no file, and cannot change the settings."""
    for sql in ("SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM 'x.csv'", "SELECT * FROM glob('*')"):
        raws, refusals = apply_mapping(raw(a=["x"]), [Select("payment", sql, "m.sql", 1)])
        assert raws == []
        assert refusals[0].code == "intake.mapping.failed"


def test_one_failure_refuses_all() -> None:
    """A mapping returns all its kinds or none."""
    selects = [Select("payment", "SELECT a FROM raw", "m", 1), Select("account", "SELECT b FROM raw", "m", 2)]
    raws, refusals = apply_mapping(raw(a=["x"]), selects)
    assert raws == []
    assert len(refusals) == 1


def test_limits() -> None:
    """A SELECT that makes too many rows is stopped, and a wrong `line` is rejected."""
    selects = [Select("payment", "SELECT unnest(range(1000)) AS a FROM raw", "m", 1)]
    _, refusals = apply_mapping(raw(a=["x"]), selects, limits=Limits(rows=10))
    assert [one.code for one in refusals] == ["intake.rows.many"]
    for line in ("0", "'x'", "NULL", "-1"):
        _, refusals = apply_mapping(raw(a=["x"]), [Select("p", f"SELECT a, {line} AS line FROM raw", "m", 1)])
        assert [one.code for one in refusals] == ["intake.mapping.line"]
