"""One pass over a worksheet's XML finds each cell with its address, type, style and value; a large workbook costs little."""

import io
import time

import pytest
import xlsxwriter

from comptroller.intake.batch import read_ahead
from comptroller.intake.formats.sheet_scan import FLAG, INLINE, NUMBER, SHARED, TEXT, cells_of
from comptroller.intake.validate import shape
from comptroller.model.report import Report
from comptroller.packs import gather_files, read_pack
from comptroller.store.duck import DuckDb
from tests.worlds import PACKS

ROWS = 20_000


def sheet(body):
    """Return a worksheet's XML around rows."""
    return f'<?xml version="1.0"?><worksheet xmlns="x"><cols><col/></cols><sheetData>{body}</sheetData><c/></worksheet>'.encode()


def test_each_cell_is_found_where_it_stands():
    """Address, type, style and value of every cell, with and without an address of its own, in the order of the file."""
    part = sheet(
        '<row r="2" spans="1:2"><c r="A2" s="3"><v>1.5</v></c><c t="s"><v>7</v></c><c r="D2" t="b"><v>1</v></c></row>'
        '<row><c t="inlineStr"><is><t xml:space="preserve"> x</t></is></c><c r="B3" t="str"><v>y</v></c><c r="C3"/></row>'
    )
    found = cells_of(part)
    assert found is not None
    assert found.row.tolist() == [2, 2, 2, 3, 3, 3]
    assert found.column.tolist() == [1, 2, 4, 1, 2, 3]
    assert found.type.tolist() == [NUMBER, SHARED, FLAG, INLINE, TEXT, NUMBER]
    assert found.style.tolist() == [3, 0, 0, 0, 0, 0]
    values = [part[a:b].decode() if a >= 0 else None for a, b in zip(found.start, found.end, strict=True)]
    assert values == ["1.5", "7", "1", " x", "y", None]


@pytest.mark.parametrize(
    "body",
    [
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>',
        '<row r="1"><c r="A1" t="other"><v>1</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>x</t></r></is></c></row>',
        '<row r="1"><c r="A1"><c r="B1"/></c></row>',
        '<row r="x"><c r="A1"/></row>',
        '<row r="1"><c r="AAAA1"/></row>',
        '<row r="1"><c r="A1" s="-1"/></row>',
        '<row r="1"><c r=A1/></row>',
        '<c r="A1"/>',
        "<!-- x -->",
        '<row r="1"><c r="A1"><v>1',
    ],
)
def test_what_is_not_plain_is_told_apart(body):
    """Formulas, errors, doubled values, nested and misplaced cells, odd attributes and a part cut short."""
    part = sheet(body)
    assert cells_of(part if not body.endswith("<v>1") else part[: part.index(body.encode()) + len(body)]) is None


def test_any_cut_of_a_sheet_is_survived():
    """A part that ends anywhere, or has any byte changed, is read or recognised as odd, and never runs on."""
    part = sheet('<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>')
    for at in range(len(part)):
        cells_of(part[:at])
        for sign in b"<>/=\"' ":
            cells_of(part[:at] + bytes([sign]) + part[at + 1 :])


def large(count):
    """Return the same rows of payments as CSV and as a workbook."""
    rows = [
        ("A", f"P{n}", n * 1.25, f"2024-{n % 12 + 1:02}-01", f"goods {n % 77}", f"supplier {n % 997}")
        for n in range(count)
    ]
    names = ("entity", "payment", "amount", "paid_on", "purpose", "payee")
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        page = book.add_worksheet("payment")
        for at, row in enumerate([names, *rows]):
            page.write_row(at, 0, row)
    csv = "\n".join(",".join(map(str, row)) for row in [names, *rows]).encode()
    return csv, held.getvalue()


def test_a_workbook_costs_no_more_than_twice_its_csv():
    """Processor time to read and to type the same rows, from CSV and from a workbook, the least of five rounds each."""
    csv, xlsx = large(ROWS)
    duck = DuckDb(memory="500MB")
    kinds = read_pack(gather_files([PACKS], "base"), "base").kinds
    spent = {"csv": [], "xlsx": []}
    counts = set()
    for _ in range(5):
        for media, payload in (("csv", csv), ("xlsx", xlsx)):
            began = time.process_time()
            facts, refused = shape(duck, kinds, [read_ahead(Report(payload, media, f"p.{media}", "A", "payment"))])
            spent[media].append(time.process_time() - began)
            counts.add((facts.count, len(refused)))
    duck.close()
    assert counts == {(ROWS, 0)}
    assert min(spent["xlsx"]) < 2 * min(spent["csv"]), spent
