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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    """UTF-8 with or without a mark and GB18030 are read; the table states which it was."""
    text = "付款单位,金额,备注\n甲公司,1.10,“一”\n乙公司,2,——\n"
    raws, refusals = read_csv(text.encode(encoding), "a.csv")
    assert refusals == []
    assert raws[0].table["付款单位"].to_pylist() == ["甲公司", "乙公司"]
    said = raws[0].table.schema.metadata[ENCODING]
    expected = {"gb": "GB18030", "ut": "UTF-16" if encoding == "utf-16" else "UTF-8"}[encoding[:2]]
    assert said == expected.encode()
    assert [note.read for note in raws[0].notes] == ([] if expected == "UTF-8" else [expected])


@pytest.mark.parametrize(
    "payload",
    [
        "名称,x\ncafé,1\n".encode("latin-1", "replace").replace(b"?", b"a"),
        "nom,x\nÄÖÜ äöü ß,1\nÉtat,2\nÖl,3\n".encode("cp1252"),
        "а,б\nпривет,мир\n".encode("cp1251"),
        "a,b\n1,2\n".encode("utf-32"),
        "氏名,x\n株式会社東京商事,1\n".encode("shift_jis"),
        "payee,x\nMüller & Söhne GmbH,1\n".encode("cp1252"),
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
    """What a CSV writer writes is read back cell by cell; rows and columns of blanks alone are passed over."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator="\r\n")
    writer.writerows([["a", "b", "c"], *table])
    raws, refusals = read_csv(out.getvalue().encode(), "a.csv")
    full = [(line, row) for line, row in enumerate(table, start=2) if any(cell.strip() for cell in row)]
    if not full:
        assert [one.code for one in refusals] == ["intake.file.empty"]
        return
    assert refusals == []
    expected = [[cell or None for cell in row] for _, row in full]
    assert [[row["a"], row["b"], row["c"]] for row in raws[0].table.to_pylist()] == expected
    assert raws[0].table["line"].to_pylist() == [line for line, _ in full]


def read(text: str, encoding: str = "utf-8") -> tuple[list[dict[str, object]], list[tuple[str, int]]]:
    """Return the rows of a CSV and its notes as code and line; it must be accepted."""
    raws, refusals = read_csv(text.encode(encoding), "a.csv")
    assert refusals == []
    return raws[0].table.to_pylist(), [(note.code, note.line) for note in raws[0].notes]


def test_a_title_above_the_header_is_passed_over() -> None:
    """Lines of a title are no header and no rows; a note names the line of the header."""
    rows, notes = read('流水明细,,\n户名：,某某,\n,,\n时间,金额,对方\n2024-03-01,"1,200.00",甲\n')
    assert rows == [{"时间": "2024-03-01", "金额": "1,200.00", "对方": "甲", "line": 5}]
    assert notes == [("header", 4)]


def test_a_title_without_separators_is_passed_over() -> None:
    """A title of one cell does not decide the separator."""
    assert read("账户 6222 流水\na;b;c\n1;2;3\n")[0] == [{"a": "1", "b": "2", "c": "3", "line": 3}]


def test_what_a_spreadsheet_adds_is_no_data() -> None:
    """Empty rows and columns of separators are passed over; a line sep= names the separator and is counted."""
    assert read("a,b,,\n1,2,,\n,,,\n \t, ,,\n")[0] == [{"a": "1", "b": "2", "line": 2}]
    assert read("sep=;\r\na;b\r\n1;2\r\n")[0] == [{"a": "1", "b": "2", "line": 3}]


def test_a_column_with_values_needs_a_name() -> None:
    """A value in a column without a name is rejected, never dropped."""
    assert refused(b"a,b,\n1,2,3\n")[0][0] == "intake.header.empty"


def test_traditional_chinese_is_read_as_big5() -> None:
    """Big5 is distinguished from GB18030, and the note names it."""
    rows, notes = read("付款單位,金額\n臺灣電力股份有限公司,1\n", "big5")
    assert rows[0]["付款單位"] == "臺灣電力股份有限公司"
    assert notes == [("encoding", 0)]
