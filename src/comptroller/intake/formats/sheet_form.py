"""What a sheet shows beside its values: formats of numbers, merged cells, hidden sheets and rows."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from comptroller.intake.messages import Place, reject
from comptroller.intake.raw_table import LINE, Note, RawTable
from comptroller.model.refusal import Refusal

_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
_PERCENT_FORMATS = frozenset({9, 10})
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\bhidden\s*=\s*["'](?:1|true)["'][^>]*>""")
_ROW_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d{1,7})["']""")
_CELL = re.compile(rb"""<(?:\w+:)?c\b([^>]*)>""")
_ATTRIBUTE = re.compile(rb"""\b([rst])\s*=\s*["']([^"']*)["']""")
_NUMERIC = re.compile(r"[+-]?\d[\d,.]*%?")
PERCENT = -1
"""The look of a number that is shown as a percentage; a positive look is the number of digits it is padded to."""


class Merged(NamedTuple):
    """A merged range: first and last column (from 1) and row, both included."""

    left: int
    top: int
    right: int
    bottom: int


def looks(codes: Mapping[int, str], ids: list[int]) -> dict[int, int]:
    """Return style -> look, for styles that show a number otherwise than it is stored.

    >>> looks({164: "000000", 165: "0.0%"}, [0, 10, 164, 165])
    {1: -1, 2: 6, 3: -1}
    """
    found = {}
    for style, named in enumerate(ids):
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", codes.get(named, "").split(";")[0])
        if named in _PERCENT_FORMATS or "%" in code:
            found[style] = PERCENT
        elif re.fullmatch("0{2,}", code):
            found[style] = len(code)
    return found


def shown(number: str, look: int) -> str:
    """Return a number as its cell shows it: in percent with every digit, or padded with zeros.

    >>> shown("0.51", PERCENT), shown("1", PERCENT), shown("1234", 6), shown("1.5", 6)
    ('51%', '100%', '001234', '1.5')
    """
    if look == PERCENT:
        return format((Decimal(number) * 100).normalize(), "f") + "%"
    return number.zfill(look) if number.isdecimal() else number


def cell_looks(part: bytes, styles: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """Return (row, column) -> look of a sheet's cells of numbers, both from 1, for a reader that knows values alone."""
    found: dict[tuple[int, int], int] = {}
    for match in _CELL.finditer(part) if styles else ():
        named = dict(_ATTRIBUTE.findall(match[1]))
        style = named.get(b"s", b"0")
        at = re.fullmatch(rb"([A-Z]{1,3})(\d{1,7})", named.get(b"r", b""))
        if at and style.isdigit() and int(style) in styles and named.get(b"t", b"n") == b"n":
            found[int(at[2]), column_of(at[1])] = styles[int(style)]
    return found


def column_of(letters: bytes) -> int:
    """Return a column's number from its letters.

    >>> column_of(b"A"), column_of(b"AA")
    (1, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def merged_ranges(part: bytes) -> list[Merged]:
    """Return the merged ranges of a sheet."""
    return [Merged(column_of(a), int(b), column_of(c), int(d)) for a, b, c, d in _MERGED.findall(part)]


def hidden_sheets(parts: Mapping[str, bytes]) -> frozenset[str]:
    """Return the names of sheets that a workbook hides, the ones that its menu does not offer among them."""
    try:
        book = etree.fromstring(parts["xl/workbook.xml"], _PARSER)
    except (etree.LxmlError, ValueError, KeyError):
        return frozenset()
    states = {"hidden", "veryHidden"}
    return frozenset(sheet.get("name") or "" for sheet in book.iter("{*}sheet") if sheet.get("state") in states)


def hidden_rows(part: bytes) -> list[int]:
    """Return the numbers of the rows that a sheet hides, as a filter does."""
    numbers = [_ROW_NUMBER.search(match[0]) for match in _HIDDEN_ROW.finditer(part)]
    return [int(number[1]) for number in numbers if number]


def with_form(
    raw: RawTable, columns: Mapping[int, str], part: bytes, top: int, address: str
) -> tuple[RawTable, list[Refusal]]:
    """Return a sheet's table with merged texts filled down, notes of that and of hidden rows, and refusals of merges.

    `columns` are the names by column of the sheet (from 1), `top` is the row of the header. A merged number may be one
    sum for several rows, so it is rejected; so is a range over several columns.
    """
    table, notes, refusals = raw.table, list(raw.notes), list[Refusal]()
    lines = table.column(LINE)
    for left, first, right, last in merged_ranges(part):
        names = [columns[at] for at in range(left, right + 1) if at in columns]
        below = pc.and_(pc.greater(lines, first), pc.less_equal(lines, last))
        if first <= top or not names or (len(names) == 1 and not pc.any(below).as_py()):
            continue
        values = table.filter(pc.equal(lines, first)).column(names[0]).to_pylist()
        value, place = (values[0] if values else None), (address, first, names[0])
        if len(names) > 1 or value is None or _NUMERIC.fullmatch(value):
            refusals.append(_refused(place, names, last, value))
            continue
        column = table.column(names[0])
        filled = pc.if_else(pc.and_(below, pc.is_null(column)), pa.scalar(value), column)
        table = table.set_column(table.column_names.index(names[0]), names[0], filled)
        notes.append(Note("merged", names[0], last - first, first, value, value))
    hidden = sorted(set(hidden_rows(part)) & set(lines.to_pylist()))
    if hidden:
        notes.append(Note("hidden_row", "", len(hidden), hidden[0], "", ""))
    return RawTable(raw.kind, table, raw.place, tuple(notes)), refusals


def _refused(place: Place, names: list[str], last: int, value: str | None) -> Refusal:
    file, first, _ = place
    return reject("intake.sheet.merged", (file, first, " + ".join(names)), f"{first}-{last}: {value or '-'}")
