"""What a sheet shows is what is read: percentages, zeros in front, merged texts, hidden sheets."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from comptroller.intake.formats.sheet_form import (
    PERCENT,
    Merged,
    cell_looks,
    column_of,
    hidden_rows,
    hidden_sheets,
    looks,
    merged_ranges,
    shown,
)
from comptroller.intake.formats.xlsx import read_xlsx

Fill = Callable[[xlsxwriter.Workbook, Any], None]


def book(fill: Fill, *, rich: bool = False) -> bytes:
    """Return a workbook with a sheet `payment`; a rich text makes it one for the slower reader."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        page = made.add_worksheet("payment")
        page.write_row(0, 0, ["code", "share", "payee", "amount"])
        fill(made, page)
        if rich:
            page.write_rich_string(9, 2, "a", made.add_format({"bold": True}), "b", "c")
    return out.getvalue()


def read(payload: bytes) -> tuple[list[dict[str, Any]], list[tuple[str, int, str]]]:
    """Return the rows of the one sheet, without the rich one, and the notes as code, line and text."""
    raws, refusals = read_xlsx(payload, "a.xlsx")
    assert refusals == []
    rows = [{k: v for k, v in row.items() if v is not None} for row in raws[0].table.to_pylist() if row["line"] < 10]
    return rows, [(n.code, n.line, n.sent) for n in raws[0].notes]


@pytest.mark.parametrize("rich", [False, True])
def test_numbers_are_read_as_their_cells_show_them(rich: bool) -> None:
    """A percent cell is a percentage, and a format of zeros pads, with either reader."""

    def fill(made: Any, page: Any) -> None:
        page.write_number(1, 0, 1234, made.add_format({"num_format": "000000"}))
        page.write_number(1, 1, 0.51, made.add_format({"num_format": "0.00%"}))
        page.write_number(1, 3, 0.07, made.add_format({"num_format": "0.00"}))
        page.write_number(2, 0, 1, made.add_format({"num_format": '"P-"000'}))
        page.write_number(2, 1, 1 / 3, made.add_format({"num_format": "0%"}))

    rows, _ = read(book(fill, rich=rich))
    assert rows[0] == {"code": "001234", "share": "51%", "amount": "0.07", "line": 2}
    assert rows[1]["share"] == "33.3333333333333%"


@pytest.mark.parametrize("rich", [False, True])
def test_a_merged_text_is_the_text_of_each_row(rich: bool) -> None:
    """A text merged over rows of one column is filled down, and noted; a row below keeps its own."""

    def fill(_: Any, page: Any) -> None:
        page.merge_range(1, 2, 2, 2, "甲")
        page.write_column(1, 0, ["A", "B", "C"])
        page.write_string(3, 2, "乙")

    rows, notes = read(book(fill, rich=rich))
    assert [(row["code"], row["payee"]) for row in rows] == [("A", "甲"), ("B", "甲"), ("C", "乙")]
    assert notes == [("merged", 2, "甲")]


@pytest.mark.parametrize("rich", [False, True])
def test_a_merged_number_or_a_block_is_rejected(rich: bool) -> None:
    """One sum for several rows, and one cell for several columns, have no one reading."""

    def sums(_: Any, page: Any) -> None:
        page.merge_range(1, 3, 2, 3, 100)
        page.write_column(1, 0, ["A", "B"])

    def block(_: Any, page: Any) -> None:
        page.merge_range(1, 1, 1, 2, "x")
        page.write_column(1, 0, ["A", "B"])

    for fill in (sums, block):
        raws, refusals = read_xlsx(book(fill, rich=rich), "a.xlsx")
        assert raws == []
        assert [(one.code, one.line) for one in refusals] == [("intake.sheet.merged", 2)]


@pytest.mark.parametrize("rich", [False, True])
@pytest.mark.parametrize("how", ["hide", "very_hidden"])
def test_a_hidden_sheet_is_left_out_and_noted(how: str, rich: bool) -> None:
    """Rows out of sight are not reported; the note names the sheet."""

    def fill(made: Any, page: Any) -> None:
        page.write_row(1, 0, ["A", "1"])
        other = made.add_worksheet("2023")
        other.write_row(0, 0, ["code", "amount"])
        other.write_row(1, 0, ["X", "9"])
        getattr(other, how)()

    rows, notes = read(book(fill, rich=rich))
    assert [row["code"] for row in rows] == ["A"]
    assert notes == [("hidden_sheet", 0, "2023")]


def test_hidden_rows_are_read_and_noted() -> None:
    """A filter hides rows that are facts all the same."""

    def fill(_: Any, page: Any) -> None:
        page.write_column(1, 0, ["A", "B"])
        page.set_row(2, None, None, {"hidden": True})

    rows, notes = read(book(fill))
    assert [row["code"] for row in rows] == ["A", "B"]
    assert notes == [("hidden_row", 3, "")]


def test_parts_are_read_by_their_marks() -> None:
    """Ranges, rows, columns and looks are found in the XML; what is no number has no look."""
    part = b'<row r="2" hidden="1"><c r="B2" s="1"><v>1</v></c><c r="C2" s="1" t="s"/></row><mergeCell ref="A1:AB3"/>'
    assert cell_looks(part, {1: PERCENT}) == {(2, 2): PERCENT}
    assert merged_ranges(part) == [Merged(1, 1, 28, 3)]
    assert hidden_rows(part) == [2]
    assert column_of(b"XFD") == 16_384
    assert looks({200: "[Red]0000;-0"}, [0, 9, 200]) == {1: PERCENT, 2: 4}
    assert shown("12.5", PERCENT) == "1250%"
    assert hidden_sheets({"xl/workbook.xml": b"broken"}) == frozenset()
