"""CSV: encodings, separators, quotes, rows as a spreadsheet counts them, and rejection by row and column."""

import csv
import io

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.intake.formats.csv import ENCODING, read_csv
from comptroller.intake.limits import Limits


def refused(payload: bytes, **limits: int) -> list[tuple[str, int | None, str]]:
    """Return code, line and field of each refusal."""
    raws, refusals = read_csv(payload, "a.csv", limits=Limits(**limits))
    assert raws == []
    return [(one.code, one.line, one.field) for one in refusals]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_encodings(encoding: str) -> None:
    """UTF-8 with or without a mark and GB18030 are read; the table states which it was."""
    text = "付款单位,金额,备注\n甲公司,1.10,“一”\n乙公司,2,——\n"
    raws, refusals = read_csv(text.encode(encoding), "a.csv")
    assert refusals == []
    assert raws[0].table["付款单位"].to_pylist() == ["甲公司", "乙公司"]
    said = raws[0].table.schema.metadata[ENCODING]
    assert said == (b"GB18030" if encoding.startswith("gb") else b"UTF-8")


@pytest.mark.parametrize(
    "payload",
    [
        "名称,x\ncafé,1\n".encode("latin-1", "replace").replace(b"?", b"a"),
        "nom,x\nÄÖÜ äöü ß,1\nÉtat,2\nÖl,3\n".encode("cp1252"),
        "а,б\nпривет,мир\n".encode("cp1251"),
        "a,b\n1,2\n".encode("utf-16"),
        b"a,b\n\xff\xff,1\n",
    ],
)
def test_other_encodings(payload: bytes) -> None:
    """Bytes that are neither UTF-8 nor Chinese are rejected, never guessed."""
    assert refused(payload)[0][0] == "intake.file.encoding"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_values(separator: str, end: str) -> None:
    """Values stay as they are written, blank ones are null, the header is row 1."""
    lines = [separator.join(cells) for cells in (["a *", " b", "c"], ["007", "1.10", ""], ["x", "", " y "])]
    raws, refusals = read_csv(end.join(lines).encode(), "a.csv")
    assert refusals == []
    assert raws[0].table.to_pylist() == [
        {"a": "007", "b": "1.10", "c": None, "line": 2},
        {"a": "x", "b": None, "c": " y ", "line": 3},
    ]


def test_quotes_and_blank_rows() -> None:
    """Quoted values may hold separators, quotes and line ends; a blank row is counted and passed over."""
    raws, _ = read_csv(b'a,b\n"x,""y""\nz",1\n\n2,3\n', "a.csv")
    assert raws[0].table.to_pylist() == [{"a": 'x,"y"\nz', "b": "1", "line": 2}, {"a": "2", "b": "3", "line": 4}]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", ("intake.file.empty", None, "")),
        (b"a,b\n", ("intake.file.empty", None, "")),
        (b"\n\n", ("intake.file.empty", None, "")),
        (b"a,b\n1\n", ("intake.csv.ragged", 2, "")),
        (b"a,b\n1,2,3\n", ("intake.csv.ragged", 2, "")),
        (b"a,a\n1,2\n", ("intake.header.twice", 1, "a")),
        (b"a,\n1,2\n", ("intake.header.empty", 1, "2")),
        (b'a,b\n"1,2\n', ("intake.csv.quote", 2, "")),
        (b'a,b\n"1"x,2\n', ("intake.csv.quote", 2, "")),
        (b"a,b\n1,\0\n", ("intake.file.nul", 2, "")),
        (b"a,b\n=1+1,2\n", ("intake.cell.formula", 2, "a")),
        (b"a,b\n1,@SUM(A1)\n", ("intake.cell.formula", 2, "b")),
        (b"a,b\n1,\"+1+cmd|' /C calc'!A0\"\n", ("intake.cell.formula", 2, "b")),
    ],
)
def test_refusals(payload: bytes, expected: tuple[str, int | None, str]) -> None:
    """Rows and values that do not fit are rejected by row and column."""
    assert expected in refused(payload)


def test_plain_signs_are_no_formulas() -> None:
    """A dash for nothing, a negative number and a telephone number are values."""
    raws, refusals = read_csv(b"a,b\n-,-1.50\n+86 10 6500,@home\n", "a.csv")
    assert refusals == []
    assert raws[0].table["a"].to_pylist() == ["-", "+86 10 6500"]


def test_all_ragged_rows_at_once() -> None:
    """Each row that does not fit is named."""
    assert [line for _, line, _ in refused(b"a,b\n1\n1,2\n1,2,3\n")] == [2, 4]


def test_limits() -> None:
    """Rows, columns and lengths beyond the limits are rejected by name."""
    assert refused(b"a,b\n1,2\n3,4\n", rows=1) == [("intake.rows.many", None, "")]
    assert refused(b"a,b,c\n1,2,3\n", columns=2) == [("intake.columns.many", 1, "")]
    assert refused(b"a,b\n1,xxxx\n", cell_chars=3) == [("intake.cell.long", 2, "b")]


CELLS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=6).filter(
    lambda cell: not cell.startswith(("=", "@", "+", "-"))
)


@given(
    table=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
@settings(max_examples=300, deadline=None)
def test_written_and_read_back(table: list[list[str]], quoting: int) -> None:
    """What a CSV writer writes is read back cell by cell."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator="\r\n")
    writer.writerows([["a", "b", "c"], *table])
    raws, refusals = read_csv(out.getvalue().encode(), "a.csv")
    assert refusals == []
    expected = [[cell or None for cell in row] for row in table]
    assert [[row["a"], row["b"], row["c"]] for row in raws[0].table.to_pylist()] == expected
    assert raws[0].table["line"].to_pylist() == list(range(2, len(table) + 2))
