"""Spreadsheets: no spreadsheet runs the content of a cell."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from comptroller.web.shell.spreadsheets import harmless, table_csv, workbook

BAD = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x.example")', "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("cell", BAD)
def test_no_cell_is_a_formula(cell):
    """Formula injection: what begins like a formula is text in workbooks and in CSV, in heads as well."""
    made = workbook([("s", [cell], [(cell,)])])
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    assert all(not str(one).startswith(("=", "+", "-", "@")) for row in rows[1:] for one in row)
    said = table_csv("x.csv", [cell], [(cell,)]).body.decode("utf-8-sig")
    assert not said.startswith(("=", "+", "-", "@", '"=', '"+', '"-', '"@'))


def test_values_keep_their_kind():
    """Numbers stay numbers; a title that a workbook cannot bear is cut to one that it can."""
    made = workbook([("a/b:c?" * 10, ["n", "t"], [(1.5, "plain"), (None, True)])])
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    assert book.get_sheet_by_index(0).to_python()[1:] == [[1.5, "plain"], ["", True]]
    assert harmless("a\x00b") == "ab"
