"""A rejected report as a sheet: the wrong cells are highlighted, every refusal is there, and nothing in it runs."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from comptroller.intake.templates import labels
from comptroller.model.refusal import refusal
from comptroller.web.reporting.error_sheet import tables_of, write_error_sheet
from comptroller.web.shell.spreadsheets import workbook

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
    """One cell has a note with the fix; texts stay texts."""
    made = write_error_sheet(payload, media, WHY, "en")
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        notes = parts.read("xl/comments1.xml").decode()
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert notes.count("<comment ") == 1
    assert "Mend it." in notes
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("Refusals").to_python()
    assert rows[1][:3] == ["2", "payment.amount", "'=1+1"]


def test_what_has_no_cells_still_gives_its_refusals():
    """A file that is not a table has only the list of refusals."""
    assert tables_of(b"{", "json") == []
    assert tables_of(b"\xff\xfe", "csv") == []
    assert tables_of(b"PK", "xlsx") == []
    assert CalamineWorkbook.from_filelike(io.BytesIO(write_error_sheet(b"", "zip", WHY, "zh"))).sheet_names == [
        "退回原因"
    ]


def test_a_column_under_its_title_is_marked(server):
    """In the template's own sheet, with its titles and asterisks, cells of required fields are highlighted like
    all others.
    """
    kind = server.pack.kinds["payment"]
    heads = [f"{title} *" if f.required else title for f, title in zip(kind.fields, labels(kind, "zh"), strict=True)]
    sheet = workbook([("payment", heads, [["A", "P", "", "", "", "", "abc"]])])
    words = (("数字", "a number"), ("改正", "Mend it."))
    why = [refusal("x.y", ("a", 2, field), "abc", *words) for field in ("金额", "payment.entity")]
    made = write_error_sheet(sheet, "xlsx", why, "zh", [kind])
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        notes = parts.read("xl/comments1.xml").decode()
    assert [f'ref="{cell}"' in notes for cell in ("A2", "G2")] == [True, True]
    assert notes.count("<comment ") == 2


def test_a_marked_sheet_can_be_sent_again():
    """Negative numbers stay numbers, from a sheet and from text; a formula does not run."""
    sheet = workbook([("payment", ["entity", "amount"], [["A", -300.5]])])
    for payload, media in ((sheet, "xlsx"), (b"entity,amount\nA,-300.5\n", "csv")):
        made = CalamineWorkbook.from_filelike(io.BytesIO(write_error_sheet(payload, media, WHY, "en")))
        assert str(made.get_sheet_by_index(0).to_python()[1][1]) == "-300.5"
    made = CalamineWorkbook.from_filelike(io.BytesIO(write_error_sheet(b"entity,amount\nA,-1+1\n", "csv", WHY, "en")))
    assert made.get_sheet_by_index(0).to_python()[1][1] == "'-1+1"
