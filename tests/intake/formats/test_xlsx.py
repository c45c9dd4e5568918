"""Workbooks: sheets as kinds, cells as exact text, and rejection by address."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from comptroller.intake.formats.xlsx import address, read_xlsx
from comptroller.intake.limits import Limits

Fill = Callable[[xlsxwriter.Workbook], None]


def workbook(fill: Fill) -> bytes:
    """Return a workbook as `fill` writes it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    fill(book)
    book.close()
    return out.getvalue()


def rows(*cells: list[object], sheet: str = "payment") -> bytes:
    """Return a workbook of one sheet."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(cells):
            page.write_row(number, 0, row)

    return workbook(fill)


def changed(payload: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
        if member not in old.namelist():
            new.writestr(member, change(b""))
    return out.getvalue()


def refused(payload: bytes, **limits: int) -> list[tuple[str, str, int | None, str]]:
    """Return code, file, line and field of each refusal."""
    raws, refusals = read_xlsx(payload, "a.xlsx", limits=Limits(**limits))
    assert raws == []
    return [(one.code, one.file, one.line, one.field) for one in refusals]


def test_cells_are_exact_text() -> None:
    """Whole numbers have no point, sums show what the sheet shows, days and instants are ISO, blank is null."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("付款")
        day, instant = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        )
        page.write_row(1, 0, ["a *", " 金额 ", "c", "d", "e", "f"])
        page.write_row(3, 0, [3.0, 0.1 + 0.2, "007", True, "", 1e-7])
        page.write_datetime(4, 0, dt.datetime(2024, 1, 2), day)
        page.write_datetime(4, 1, dt.datetime(2024, 1, 2, 3, 4, 5), instant)
        page.write_row(4, 2, ["x", False, None, 123456789012345])

    raws, refusals = read_xlsx(workbook(fill), "a.xlsx")
    assert refusals == []
    assert (raws[0].kind, raws[0].place) == ("付款", "a.xlsx/付款")
    assert raws[0].table.to_pylist() == [
        {"a": "3", "金额": "0.3", "c": "007", "d": "true", "e": None, "f": "0.0000001", "line": 4, "day_cells": "\x1f"},
        {
            "a": "2024-01-02",
            "金额": "2024-01-02T03:04:05",
            "c": "x",
            "d": "false",
            "e": None,
            "f": "123456789012345",
            "line": 5,
            "day_cells": "a\x1f金额",
        },
    ]


def test_sheets_are_kinds() -> None:
    """Each sheet with rows is a table of its own; help, blank sheets and sheets without a name state no kind."""

    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("decision", "decision_votes", "Sheet3", "help"):
            book.add_worksheet(name).write_column(0, 0, ["a", "x"])
        book.add_worksheet("empty")

    raws, _ = read_xlsx(workbook(fill), "a.xlsx")
    assert [raw.kind for raw in raws] == ["decision", "decision_votes", ""]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (rows(["a", "b"], ["x", "=1+1"]), ("intake.cell.formula", "a.xlsx/payment", 2, "B2")),
        (rows(["a"], ["#REF!"]), ("intake.cell.error", "a.xlsx/payment", 2, "A2")),
        (rows(["a", "b"], ["x", 12345678901234567]), ("intake.cell.cut", "a.xlsx/payment", 2, "B2")),
        (rows(["a", "a"], ["x", "y"]), ("intake.header.twice", "a.xlsx/payment", 1, "a")),
        (rows(["a", ""], ["x", "y"]), ("intake.header.empty", "a.xlsx/payment", 1, "2")),
        (rows(["a", "=b"], ["x", "y"]), ("intake.cell.formula", "a.xlsx/payment", 1, "B1")),
        (rows(["a"]), ("intake.file.empty", "a.xlsx", None, "")),
        (
            workbook(lambda book: book.add_worksheet("p").write_formula(6, 1, "=1+1")),
            ("intake.cell.formula", "a.xlsx/p", 7, "B7"),
        ),
        (
            workbook(lambda book: book.add_worksheet("p").write_formula(0, 1, "=1+1", None, 2)),
            ("intake.cell.formula", "a.xlsx/p", 1, "B1"),
        ),
        (
            workbook(lambda book: book.add_worksheet("p").write(1_048_575, 16_383, "x")),
            ("intake.sheet.area", "a.xlsx/p", None, ""),
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ("intake.sheet.password", "a.xlsx", None, "")),
        (b"PK\x03\x04 nonsense", ("intake.file.damaged", "a.xlsx", None, "")),
        (changed(rows(["a"], ["x"]), "xl/vbaProject.bin", lambda _: b"x"), ("intake.sheet.macro", "a.xlsx", None, "")),
        (
            changed(
                rows(["a"], ["x"]),
                "xl/workbook.xml",
                lambda part: part.replace(b"<workbook", b"<!DOCTYPE x [<!ENTITY a 'b'>]><workbook", 1),
            ),
            ("intake.xml.entity", "a.xlsx", None, ""),
        ),
        (
            changed(
                rows(["a"], [5]),
                "xl/worksheets/sheet1.xml",
                lambda part: part.replace(b'<c r="A2">', b'<c r="A2" t="e">'),
            ),
            ("intake.cell.error", "a.xlsx/payment", 2, "A2"),
        ),
        (
            changed(rows(["a"], ["x"]), "xl/worksheets/sheet1.xml", lambda _: b"<worksheet"),
            ("intake.file.damaged", "a.xlsx", None, ""),
        ),
    ],
)
def test_refusals(payload: bytes, expected: tuple[str, str, int | None, str]) -> None:
    """Formulas, errors, cut numbers, passwords, macros and stray cells are rejected with their address."""
    assert expected in refused(payload)


def test_other_parts_may_say_formula() -> None:
    """Rules of validation and links are no formulas in cells."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("p")
        page.write_column(0, 0, ["a", "x"])
        page.data_validation(1, 0, 9, 0, {"validate": "list", "source": "=$D$1:$D$4"})
        page.conditional_format("A1:A4", {"type": "formula", "criteria": "=$A1>5"})

    assert read_xlsx(workbook(fill), "a.xlsx")[1] == []


def test_limits() -> None:
    """Rows and bytes beyond the limits are rejected by name."""
    assert ("intake.rows.many", "a.xlsx", None, "") in refused(rows(["a"], ["x"], ["y"]), rows=1)
    bomb = changed(rows(["a"], ["x"]), "xl/media/image.png", lambda _: b"0" * 100_000)
    assert refused(bomb, bytes_unpacked=50_000)[0][0] == "intake.zip.bomb"


def test_address() -> None:
    """Columns count in letters past Z."""
    assert [address(c, 1) for c in (0, 25, 26, 701, 702)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1"]
