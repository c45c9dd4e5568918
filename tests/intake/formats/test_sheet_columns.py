"""The quick reader of plain workbooks reads what the slow one reads, cell for cell, or leaves the workbook to it."""

import datetime as dt
import io
import re
import zipfile

import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings, strategies as st

from comptroller.intake.formats import xlsx
from comptroller.intake.formats.sheet_columns import NotPlain
from comptroller.intake.formats.workbook import open_workbook
from comptroller.intake.limits import USUAL

FORMATS = (
    *("General", "0", "0.00", "#,##0.00", "0.00%", "0.00_);[Red](0.00)", '0.0"d"', "@", "0.00E+00", "# ?/?"),
    *("yyyy-mm-dd", "yyyy/m/d;@", "yyyy-mm-dd hh:mm:ss", "yyyy\\-mm\\-dd", "m/d/yy h:mm", 'yyyy"年"m"月"d"日"'),
    *("h:mm", "[h]:mm", "mm:ss.0", "d-mmm-yy", "mm/dd/yy h:mm AM/PM", "[$-804]yyyy-mm-dd"),
)
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(
    ["a & b", "<b>", '"q"', " lead", "trail ", "_x000D_", "#N/A", "=1+1", "@x", "-", "+5", "TRUE", "a\nb", "a\tb", ""]
)
NUMBERS = st.one_of(
    st.integers(-(10**16), 10**16),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-(10**6), 10**6, places=2).map(float),
    st.floats(61, 2_958_465).map(lambda x: round(x, 6)),
    st.integers(0, 100_000),
)
CELLS = st.one_of(st.none(), TEXTS, st.booleans(), st.tuples(NUMBERS, st.sampled_from(FORMATS)))


def workbook(rows, **options):
    """Return a workbook of one sheet with those rows below a header."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, **options}
    )
    page = book.add_worksheet("payment")
    formats = {one: book.add_format({"num_format": one}) for one in FORMATS}
    page.write_row(0, 0, ["a", "b", "c"])
    for at, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, tuple):
                page.write_number(at, column, cell[0], formats[cell[1]])
            elif isinstance(cell, bool):
                page.write_boolean(at, column, cell)
            elif cell is not None:
                page.write_string(at, column, cell)
    book.close()
    return held.getvalue()


def quick(payload):
    """Return what the quick reader alone reads; None where it leaves the workbook to the slow one."""
    opened, refusals = open_workbook(payload, "w.xlsx", USUAL)
    if refusals:
        return None
    try:
        return xlsx._plain_sheets(opened, "w.xlsx", USUAL)
    except NotPlain:
        return None


def slow(payload, monkeypatch):
    """Return what the slow reader alone reads."""

    def leave(*_):
        raise NotPlain("told to")

    with monkeypatch.context() as patch:
        patch.setattr(xlsx, "_plain_sheets", leave)
        return xlsx.read_xlsx(payload, "w.xlsx")


def told(read):
    """Return what was read as plain values."""
    raws, refusals = read
    return [(r.kind, r.place, r.table.to_pydict()) for r in raws], [(o.code, o.field, o.line) for o in refusals]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), inline=st.booleans())
def test_both_readers_read_alike(rows, inline, monkeypatch):
    """Both readers read the same texts, numbers, days, instants and flags, where the quick one can read the sheet."""
    payload = workbook(rows, constant_memory=inline)
    found = quick(payload)
    if found is not None and found[0]:
        assert told(found) == told(slow(payload, monkeypatch))


@pytest.mark.parametrize("inline", [False, True])
def test_usual_sheets_are_read_quickly(inline, monkeypatch):
    """Codes, Chinese, entities, amounts, days, instants, flags and gaps need no slow reader."""
    day, amount = (45000, "yyyy-mm-dd"), (1234.5, "#,##0.00")
    rows = [
        ("A&B <1>", amount, day),
        (None, None, None),
        ("望港", (0.1 + 0.2, "General"), (45000.5, "yyyy-mm-dd hh:mm:ss")),
        (True, None, (45000.000011574, "yyyy-mm-dd hh:mm:ss")),
        ("", (1e-7, "0.00"), None),
    ]
    payload = workbook(rows, constant_memory=inline)
    found = quick(payload)
    assert found is not None
    assert told(found) == told(slow(payload, monkeypatch))
    table = found[0][0].table
    assert table.column("line").to_pylist() == [2, 4, 5, 6]
    assert table.column("a").to_pylist() == ["A&B <1>", "望港", "true", None]
    assert table.column("b").to_pylist() == ["1234.5", "0.3", None, "0.0000001"]
    assert table.column("c").to_pylist() == ["2023-03-15", "2023-03-15T12:00:00", "2023-03-15T00:00:01", None]
    assert table.schema.field("a").type == pa.string()


def changed(payload, part, before, after):
    """Return a workbook with a part changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == part:
                assert re.search(before, text), name
                text = re.sub(before, after, text)
            new.writestr(name, text)
    return held.getvalue()


SHEET, SHARED, BOOK, STYLES = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
)
ODD = {
    "a comment": (SHEET, rb"<sheetData>", b"<sheetData><!-- x -->"),
    "CDATA": (SHEET, rb"<v>1234.5</v>", b"<v><![CDATA[1234.5]]></v>"),
    "a prefix": (SHEET, rb"<row", b'<x:row xmlns:x="x"/><row'),
    "rich text": (SHARED, rb"<si><t>text</t></si>", b"<si><r><t>te</t></r><r><t>xt</t></r></si>"),
    "a phonetic reading": (SHARED, rb"<si><t>text</t></si>", b'<si><t>text</t><rPh sb="0" eb="1"><t>x</t></rPh></si>'),
    "days from 1904": (BOOK, rb"<workbookPr", b'<workbookPr date1904="1"'),
    "an ISO day": (SHEET, rb"<v>1234.5</v></c>", b'<v>1234.5</v></c><c r="C2" t="d"><v>2024-01-01</v></c>'),
    "a text that is not there": (SHEET, rb'r="A2" t="s"><v>\d+<', b'r="A2" t="s"><v>99<'),
    "a row twice": (SHEET, rb"</sheetData>", b'<row r="2"><c r="A2"><v>1</v></c></row></sheetData>'),
    "a cell out of order": (SHEET, rb'<c r="B2"', b'<c r="A2"/><c r="B2"'),
    "a carriage return": (SHARED, rb"<t>text</t>", b"<t>te\rxt</t>"),
    "an entity of its own": (SHARED, rb"<t>text</t>", b"<t>te&xt;</t>"),
    "no number": (SHEET, rb"<v>1234.5</v>", b"<v>much</v>"),
    "a hidden number": (SHEET, rb"<v>1234.5</v>", b"<v>infinity</v>"),
    "cut short": (SHEET, rb"</sheetData>.*", b""),
}


@pytest.mark.parametrize("why", sorted(ODD))
def test_what_is_not_plain_is_left_to_the_slow_reader(why, monkeypatch):
    """Odd XML, odd formats and broken workbooks are read or rejected as before, by the slow reader."""
    payload = workbook([("text", (1234.5, "0.00"), None), ("x", (45000, "yyyy-mm-dd"), None)])
    odd = changed(payload, *ODD[why])
    assert quick(odd) is None
    assert told(xlsx.read_xlsx(odd, "w.xlsx")) == told(slow(odd, monkeypatch))


def test_days_are_days_by_their_style_alone():
    """A date's number in a column of amounts stays a number; an instant retains its time."""
    when = dt.datetime(2024, 6, 30, 8, 15, 30)
    serial = (when - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    found = quick(workbook([("x", (45473, "0"), (serial, "yyyy-mm-dd hh:mm:ss"))]))
    assert found is not None
    table = found[0][0].table
    assert (table["b"][0].as_py(), table["c"][0].as_py()) == ("45473", when.isoformat())
