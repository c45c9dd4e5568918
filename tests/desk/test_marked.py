"""A refused report as a sheet: the wrong cells are marked, every refusal is there, and nothing in it runs."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from comptroller.desk.marked import marked_sheet, tables_of
from comptroller.model.refusal import refusal

WHY = [refusal("x.y", ("a", 2, "payment.amount"), "=1+1", ("数字", "a number"), ("改正", "Mend it."))]


@pytest.mark.parametrize(
    ("payload", "media"),
    [
        (b"entity,amount\nA,=1+1\nB,2\n", "csv"),
        (b'{"entity": "A", "amount": 1}\n{"entity": "A", "amount": "=1+1"}\n', "ndjson"),
        (b'{"facts": {"payment": [{"entity": "A", "amount": 1}, {"entity": "A", "amount": "=1+1"}]}}', "json"),
    ],
)
def test_the_wrong_cell_is_marked(payload, media):
    """One cell has a note with the mend; texts stay texts."""
    made = marked_sheet(payload, media, WHY, "en")
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        notes = parts.read("xl/comments1.xml").decode()
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert notes.count("<comment ") == 1
    assert "Mend it." in notes
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("Refusals").to_python()
    assert rows[1][:3] == ["2", "payment.amount", "'=1+1"]


def test_what_has_no_cells_still_gives_its_refusals():
    """A file that cannot be read as a table has the list alone."""
    assert tables_of(b"{", "json") == []
    assert tables_of(b"\xff\xfe", "csv") == []
    assert tables_of(b"PK", "xlsx") == []
    assert CalamineWorkbook.from_filelike(io.BytesIO(marked_sheet(b"", "zip", WHY, "zh"))).sheet_names == ["退回原因"]
