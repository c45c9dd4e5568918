"""Text columns: names, blanks, lengths, and every type as text."""

import pyarrow as pa

from comptroller.intake.columns import (
    as_text,
    blank_to_null,
    header,
    matching,
    names_refused,
    text_table,
    values_refused,
)
from comptroller.intake.limits import Limits
from comptroller.store.duck import DuckDb


def test_names() -> None:
    """Empty, repeated, overlong and unprintable names are rejected, each at its own place."""
    found = names_refused(["a", "", "a", "x" * 201, "b\n"], ("f", 1, ""), Limits())
    assert [one.code.removeprefix("intake.header.") for one in found] == ["empty", "twice", "long", "long"]
    assert [one.code for one in names_refused(["a", "b"], ("f", 1, ""), Limits(columns=1))] == ["intake.columns.many"]


def test_header() -> None:
    """Blanks and the star of a required field are no part of a name."""
    assert [header(cell) for cell in ("a *", "金额*", " b ", "*")] == ["a", "金额", "b", ""]


def test_blank_to_null() -> None:
    """Empty text is null; blanks are text."""
    assert blank_to_null(pa.array(["", " ", None, "x"])).to_pylist() == [None, " ", None, "x"]


def test_values() -> None:
    """Long values and NUL are rejected at their line, the first few of each column."""
    table = text_table(["a", "b"], [pa.array(["付" * 5] * 9), pa.array(["x\0"] + ["y"] * 8)], pa.array(range(2, 11)))
    found = values_refused(table, "f", Limits(cell_chars=4))
    assert [(one.code, one.line, one.field) for one in found] == [
        *[("intake.cell.long", line, "a") for line in range(2, 7)],
        ("intake.file.nul", 2, "b"),
    ]
    assert values_refused(table.select(["a", "line"]), "f", Limits(cell_chars=5)) == []


def test_matching() -> None:
    """Matching values are returned with their place."""
    table = text_table(["a"], [pa.array(["x", "=y", None])], pa.array([2, 3, 4]))
    assert matching(table, "^=", "f") == [(("f", 3, "a"), "=y")]


def test_as_text() -> None:
    """Each type has its text; `line` stays a number; odd names are quoted."""
    duck = DuckDb()
    duck.set_zone("UTC")
    duck.execute("""CREATE TABLE t AS SELECT 1.50::DECIMAL(9,2) AS "a ""b", 2.0::DOUBLE AS d, 1e20::DOUBLE AS e,
        TIMESTAMP '2024-01-01 10:00:00.5' AS at, TIME '10:00' AS tm, MAP {'k': 1} AS m, 'x'::BLOB AS bl, 7 AS line""")
    assert as_text(duck, "t").to_pylist() == [
        {
            'a "b': "1.50",
            "d": "2",
            "e": "1e+20",
            "at": "2024-01-01T10:00:00.5",
            "tm": "10:00:00",
            "m": '{"k":1}',
            "bl": "x",
            "line": 7,
        }
    ]
    duck.close()
