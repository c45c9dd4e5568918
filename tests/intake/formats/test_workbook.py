"""A workbook is checked before it is read: by its parts, without trust in their own description."""

import io
import zipfile

import pytest

from comptroller.intake.formats.workbook import look_over
from comptroller.intake.limits import USUAL, Limits

BOOK = b'<workbook xmlns:r="x"><sheets><sheet name="p" r:id="r1"/></sheets></workbook>'
LINKS = b'<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'


def book(sheet: bytes, **parts: bytes) -> bytes:
    """Return an archive of the few parts that matter."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("xl/workbook.xml", parts.get("workbook", BOOK))
        new.writestr("xl/_rels/workbook.xml.rels", LINKS)
        new.writestr("xl/worksheets/sheet1.xml", sheet)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sheet", "code", "field"),
    [
        (b'<c r="B7"><f>1+1</f></c>', "intake.cell.formula", "B7"),
        (b'<c r="A1"><v>1</v></c><c r="B7" s="1" ><f t="shared" si="0"/></c>', "intake.cell.formula", "B7"),
        (
            b"<s:w xmlns:s='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><s:c r='C2'><s:f>1</s:f></s:c>",
            "intake.cell.formula",
            "C2",
        ),
        (b'<c r="B2" t="e"><v>#N/A</v></c>', "intake.cell.error", "B2"),
        (b"<c t = 'e' r = 'B2'><v>#N/A</v></c>", "intake.cell.error", "B2"),
        (b'<c r="XFE1"/>', "intake.sheet.area", ""),
        (b'<c r="A1048577"/>', "intake.sheet.area", ""),
        (b'<c r="ZZZZZZZZ9999999999"/>', "intake.sheet.area", ""),
        (b'<row r="1048576"/><c r="XFD1"/>', "intake.sheet.area", ""),
        ("<c/>".encode("utf-16"), "intake.file.encoding", ""),
    ],
)
def test_refused(sheet: bytes, code: str, field: str) -> None:
    """Formulas, errors, stray cells and other encodings are found in the parts, at their address."""
    assert [(one.code, one.field) for one in look_over(book(sheet), "a.xlsx", USUAL)] == [(code, field)]


@pytest.mark.parametrize(
    "sheet", [b'<c r="B7"><v>1</v></c>', b"<formula1>1</formula1>", b"<xm:f>A1</xm:f>", b"<font/>"]
)
def test_clean(sheet: bytes) -> None:
    """Other parts that begin alike are no formulas."""
    assert look_over(book(sheet), "a.xlsx", USUAL) == []


def test_not_a_workbook() -> None:
    """An archive without a workbook, and one with a broken list of sheets, never break the looking."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("a", b"")
    assert [one.code for one in look_over(out.getvalue(), "a.xlsx", USUAL)] == ["intake.file.damaged"]
    found = look_over(book(b'<c r="A1"><f>1</f></c>', workbook=b"<workbook"), "a.xlsx", USUAL)
    assert [one.file for one in found] == ["a.xlsx/xl/worksheets/sheet1.xml"]


def test_refusals_are_bounded() -> None:
    """A sheet full of formulas results in the first refusals, not in a million."""
    sheet = b"".join(b'<c r="A%d"><f>1</f></c>' % n for n in range(1, 200))
    assert len(look_over(book(sheet), "a.xlsx", Limits(refusals=10))) <= 12
