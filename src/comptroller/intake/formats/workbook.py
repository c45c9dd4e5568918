"""A workbook looked over before any reader opens it: size, passwords, macros, formulas, errors, stray cells."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from comptroller.intake.formats.sheet_form import hidden_sheets
from comptroller.intake.formats.sheet_scan import Cells, cells_of
from comptroller.intake.formats.unpack import Member, members
from comptroller.intake.limits import Limits
from comptroller.intake.messages import reject
from comptroller.model.refusal import Refusal

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old .xls files begin, and xlsx files with a password."""
_AREA_MAX = 20_000_000
"""Cells between the first and the last: the reader holds them all, full or not."""
_COLUMNS_MAX = 16_384
_ROWS_MAX = 1_048_576
_MAIN = (
    rb"""xmlns:(\w+)\s*=\s*["']http://(?:schemas\.openxmlformats|purl\.oclc)\.org/[^"']*spreadsheetml/[^"']*main["']"""
)
_AT = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,8})([0-9]{1,10})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["']([0-9]{1,10})["']""")
_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook unpacked: its parts, the names of its sheets by part in their order, and the cells of plain sheets.

    `hidden` are the names of the sheets that it hides.
    """

    parts: dict[str, bytes]
    titles: dict[str, str]
    cells: dict[str, Cells]
    hidden: frozenset[str] = frozenset()


def look_over(payload: bytes, name: str, limits: Limits) -> list[Refusal]:
    """Return all refusals of a workbook that can be found before its cells are read."""
    return open_workbook(payload, name, limits)[1]


def open_workbook(payload: bytes, name: str, limits: Limits) -> tuple[Opened, list[Refusal]]:
    """Return an unpacked workbook, and all refusals that can be found before its cells are read."""
    place, nothing = (name, None, ""), Opened({}, {}, {})
    if payload.startswith(OLE):
        return nothing, [reject("intake.sheet.password", place, "an OLE container: a password, or an old .xls")]
    parts, refusals = members(payload, name, limits, media="xlsx")
    if refusals:
        return nothing, refusals
    by_path = {part.name: part.payload for part in parts}
    if "xl/workbook.xml" not in by_path:
        return nothing, [reject("intake.file.damaged", place, "no xl/workbook.xml", media="xlsx")]
    macros = [part.name for part in parts if "vbaproject" in part.name.lower() or "/macrosheets/" in part.name.lower()]
    if macros:
        return nothing, [reject("intake.sheet.macro", (name, None, ""), macros[0])]
    if any(b"<!DOCTYPE" in part.payload or b"<!ENTITY" in part.payload for part in parts if _is_xml(part)):
        return nothing, [reject("intake.xml.entity", place, "<!DOCTYPE")]
    opened = Opened(by_path, _titles(by_path), {}, hidden_sheets(by_path))
    for path in by_path:
        if path.lower().startswith("xl/worksheets/") and path.lower().endswith(".xml"):
            refusals += _sheet_refused(opened, path, f"{name}/{opened.titles.get(path, path)}", limits)
    return opened, refusals


def _is_xml(part: Member) -> bool:
    return part.name.lower().endswith((".xml", ".rels"))


def _titles(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the names of the sheets by the path of their part; fewer where the workbook does not name them."""
    try:
        book = etree.fromstring(parts["xl/workbook.xml"], _PARSER)
        links = etree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"), _PARSER)
    except (etree.LxmlError, ValueError):
        return {}
    targets = {element.get("Id"): element.get("Target") or "" for element in links if isinstance(element.tag, str)}
    titles = {}
    for sheet in book.iter("{*}sheet"):
        link = next((value for key, value in sheet.attrib.items() if str(key).endswith("}id")), None)
        path = posixpath.normpath(posixpath.join("/xl", str(targets.get(link, "")))).lstrip("/")
        titles[path] = sheet.get("name") or ""
    return titles


def _sheet_refused(opened: Opened, path: str, place: str, limits: Limits) -> list[Refusal]:
    """Return refusals of a sheet's formulas and errors by address, and of cells that are too far from each other."""
    part = opened.parts[path]
    if b"\0" in part:
        return [reject("intake.file.encoding", (place, None, ""), "NUL", also="")]
    cells = cells_of(part)
    columns, rows = _extent(part) if cells is None else _extent_of(cells)
    if columns > _COLUMNS_MAX or rows > _ROWS_MAX or columns * rows > _AREA_MAX:
        return [reject("intake.sheet.area", (place, None, ""), f"{columns} x {rows}", limit=_AREA_MAX)]
    if cells is not None:
        opened.cells[path] = cells
        return []
    prefix = re.search(_MAIN, part[:4096])
    tag = b"<(?:" + re.escape(prefix[1]) + b":)?" if prefix else b"<"
    refusals = []
    for at in _starts(part, tag + rb"f[\s/>]"):
        cell = _cell_before(part, at)
        refusals.append(reject("intake.cell.formula", _place(place, cell), _after(part, at)))
        if len(refusals) > limits.refusals:
            break
    for at in _starts(part, tag + rb"""c\b[^>]*\bt\s*=\s*["']e["']"""):
        cell = _AT.search(part, at, at + 400)
        refusals.append(reject("intake.cell.error", _place(place, cell), _after(part, part.find(b">", at) + 1)))
        if len(refusals) > limits.refusals:
            break
    return refusals


def _extent(part: bytes) -> tuple[int, int]:
    """Return the last column and row that any cell names, or that so many unnamed cells could reach."""
    letters, rows = set(), 0
    for match in _AT.finditer(part):
        letters.add(match[1])
        rows = max(rows, int(match[2]))
    rows = max(rows, part.count(b"<row"), max((int(match[1]) for match in _ROW.finditer(part)), default=0))
    named = max((_column(one) for one in letters), default=0)
    return max(named, 1), max(rows, 1)


def _extent_of(cells: Cells) -> tuple[int, int]:
    """Return the last column and row of cells."""
    return int(cells.column.max(initial=1)), int(cells.row.max(initial=1))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _starts(part: bytes, pattern: bytes) -> Iterator[int]:
    return (match.start() for match in re.finditer(pattern, part))


def _cell_before(part: bytes, at: int) -> re.Match[bytes] | None:
    """Return the address of the cell that contains a formula."""
    last_match = None
    for match in _AT.finditer(part, max(0, at - 400), at):
        last_match = match
    return last_match


def _place(place: str, cell: re.Match[bytes] | None) -> tuple[str, int | None, str]:
    return (place, int(cell[2]), (cell[1] + cell[2]).decode()) if cell else (place, None, "")


def _after(part: bytes, at: int) -> str:
    """Return the text of an element, for display."""
    return re.sub(r"<[^>]*>", " ", part[at : at + 120].decode("utf-8", "replace")).split("<")[0].strip() or "-"
