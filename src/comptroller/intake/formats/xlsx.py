"""An xlsx workbook as raw tables: one for each sheet, the first row the header, cells as text, errors by address."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import python_calamine

from comptroller.intake.columns import header, names_refused, own_name, text_table, values_refused, with_days
from comptroller.intake.formats.csv import FORMULA
from comptroller.intake.formats.json.facts import plain
from comptroller.intake.formats.sheet_columns import Columns, NotPlain, columns_of, number_formats
from comptroller.intake.formats.sheet_form import cell_looks, looks, shown, with_form
from comptroller.intake.formats.table_area import LOOKED_AT, header_at
from comptroller.intake.formats.workbook import Opened, open_workbook
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import bounded, reject
from comptroller.intake.raw_table import Note, RawTable
from comptroller.model.refusal import Refusal

HELP = frozenset({"help", "说明", "choices", "选项"})
"""Sheets that a template brings for the reader; they hold no facts."""
_UNNAMED = re.compile(r"(Sheet|工作表|Feuil|Tabelle)\d*", re.IGNORECASE)
_ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
_FORMULA = re.compile(FORMULA)
_EXACT_DIGITS = 15
_EXACT = 10.0**_EXACT_DIGITS
_FLOAT_DIGITS = 400
"""More than the smallest of a spreadsheet's numbers needs when it is written out."""


def read_xlsx(payload: bytes, name: str, *, limits: Limits = USUAL) -> tuple[list[RawTable], list[Refusal]]:
    """Read each sheet that has rows; its name is the kind (for a nested list `<kind>_<field>`).

    Header cells are read without blanks and without the star of a required field. `line` is the row of the sheet.
    Rejects by address: formulas, errors, and numbers of more digits than a spreadsheet stores.
    """
    opened, refusals = open_workbook(payload, name, limits)
    if refusals:
        return [], bounded(refusals, limits, name)
    try:
        return _counted(opened, *_plain_sheets(opened, name, limits), name, limits)
    except NotPlain:
        pass
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(payload))
        sheets = [
            (sheet_name, workbook.get_sheet_by_name(sheet_name).to_python(skip_empty_area=False))
            for sheet_name in _names(workbook)
            if sheet_name not in opened.hidden
        ]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # noqa: BLE001 - the reader's own panics are no Exceptions
        return [], [reject("intake.file.damaged", (name, None, ""), fault, media="xlsx")]
    raws: list[RawTable] = []
    paths = {title: path for path, title in opened.titles.items()}
    for sheet, rows in sheets:
        raw, wrong = _read_sheet(sheet, rows, f"{name}/{sheet}", limits, _form(opened, paths.get(sheet, "")))
        refusals += wrong
        raws += [raw] if raw is not None else []
    return _counted(opened, raws, refusals, name, limits)


def _form(opened: Opened, path: str) -> tuple[bytes, dict[tuple[int, int], int]]:
    """Return a sheet's part, and the look of its cells of numbers."""
    part = opened.parts.get(path, b"")
    try:
        return part, cell_looks(part, looks(*number_formats(opened.parts)))
    except NotPlain:
        return part, {}


def _counted(
    opened: Opened, raws: list[RawTable], refusals: list[Refusal], name: str, limits: Limits
) -> tuple[list[RawTable], list[Refusal]]:
    """Return the raw tables, or refusals; too many rows, or none, are refusals as well."""
    count = sum(len(raw.table) for raw in raws)
    if count > limits.rows:
        refusals.append(reject("intake.rows.many", (name, None, ""), count, limit=limits.rows))
    if not raws and not refusals:
        refusals.append(reject("intake.file.empty", (name, None, ""), "-"))
    if refusals:
        return [], bounded(refusals, limits, name)
    left_out = tuple(
        Note("hidden_sheet", "", 0, 0, sheet, "") for sheet in sorted(opened.hidden) if sheet.lower() not in HELP
    )
    return [replace(raws[0], notes=(*left_out, *raws[0].notes)), *raws[1:]], []


def _plain_sheets(opened: Opened, name: str, limits: Limits) -> tuple[list[RawTable], list[Refusal]]:
    """Return the sheets of a workbook that is written plainly, column by column. Raises NotPlain for any other."""
    if not opened.titles or not opened.cells.keys() >= opened.titles.keys():
        raise NotPlain(name)
    raws: list[RawTable] = []
    refusals: list[Refusal] = []
    for path, sheet in opened.titles.items():
        if sheet.lower() in HELP or sheet in opened.hidden:
            continue
        columns = columns_of(opened.parts, opened.parts[path], opened.cells[path], _number)
        raw, wrong = _read_columns(sheet, columns, f"{name}/{sheet}", limits, opened.parts[path])
        refusals += wrong
        raws += [raw] if raw is not None else []
    return raws, refusals


def _read_columns(
    sheet: str, columns: Columns, place: str, limits: Limits, part: bytes
) -> tuple[RawTable | None, list[Refusal]]:
    """Return one sheet as a raw table; None where it holds no rows below its header."""
    first = [
        [texts[at].as_py() or "" for texts in columns.texts.values()]
        for at in range(min(len(columns.lines), LOOKED_AT))
    ]
    at_row = header_at([[cell.strip() for cell in row] for row in first])
    begin = at_row + 1
    if len(columns.lines) < begin + 1:
        return None, []
    top = int(columns.lines[at_row])
    titles = {at: header(texts[at_row].as_py() or "") for at, texts in columns.texts.items()}
    rows = len(columns.lines) - begin
    used = [at for at, title in titles.items() if title or columns.texts[at].slice(begin).null_count < rows]
    names = [titles[at] for at in used]
    refusals = names_refused(names, (place, top, ""), limits)
    if refusals:
        return None, refusals
    table = text_table(names, [columns.texts[at].slice(begin) for at in used], pa.array(columns.lines[begin:]))
    days = {
        own_name(titles[at]): mask[begin:] for at, mask in columns.days.items() if at in used and mask[begin:].any()
    }
    return _made(
        sheet, with_days(table, days), {at: own_name(titles[at]) for at in used}, (place, limits, part, at_row, top)
    )


def _made(
    sheet: str, table: pa.Table, columns: dict[int, str], form: tuple[str, Limits, bytes, int, int]
) -> tuple[RawTable, list[Refusal]]:
    """Return a sheet's raw table with its merged cells filled, and all refusals of its values."""
    place, limits, part, above, top = form
    notes = (Note("header", "", above, top, "", ""),) if above else ()
    raw = RawTable("" if _UNNAMED.fullmatch(sheet) else sheet.strip(), table, place, notes)
    raw, refusals = with_form(raw, columns, part, top, place)
    return raw, refusals + values_refused(table, place, limits)


def _names(workbook: python_calamine.CalamineWorkbook) -> list[str]:
    """Return the names of the sheets that may hold facts."""
    sheet = python_calamine.SheetTypeEnum.WorkSheet
    return [
        metadata.name
        for metadata in workbook.sheets_metadata
        if metadata.typ == sheet and metadata.name.lower() not in HELP
    ]


def _read_sheet(
    sheet: str,
    rows: Sequence[Sequence[object]],
    place: str,
    limits: Limits,
    form: tuple[bytes, dict[tuple[int, int], int]],
) -> tuple[RawTable | None, list[Refusal]]:
    """Return one sheet as a raw table; None where it holds no rows."""
    part, cell_look = form
    full = [(number, row) for number, row in enumerate(rows, start=1) if any(cell != "" for cell in row)]
    above = header_at([[str(cell).strip() for cell in row] for _, row in full[:LOOKED_AT]])
    if len(full) < above + 2:
        return None, []
    top, cells = full[above]
    titles = [_text(cell) for cell in cells]
    refusals = [
        reject(title.code, (place, top, address(at, top)), title.seen)
        for at, title in enumerate(titles)
        if isinstance(title, _Wrong)
    ]
    if refusals:
        return None, refusals
    names = [header(title) if isinstance(title, str) else "" for title in titles]
    body = full[above + 1 :]
    used = [at for at, title in enumerate(names) if title or any(row[at] != "" for _, row in body)]
    refusals = names_refused([names[at] for at in used], (place, top, ""), limits)
    if refusals:
        return None, refusals
    columns, days = [], {}
    for at in used:
        values: list[str | None] = []
        for number, row in body:
            text = _text(row[at])
            if isinstance(text, _Wrong):
                refusals.append(reject(text.code, (place, number, address(at, number)), text.seen))
                text = None
            elif text and (look := cell_look.get((number, at + 1))):
                text = shown(text, look)
            values.append(text)
        columns.append(pa.array(values, pa.string()))
        if (mask := np.array([isinstance(row[at], dt.date) for _, row in body])).any():
            days[own_name(names[at])] = mask
    lines = pa.array([number for number, _ in body], pa.int64())
    table = with_days(text_table([names[at] for at in used], columns, lines), days)
    raw, wrong = _made(sheet, table, {at + 1: own_name(names[at]) for at in used}, (place, limits, part, above, top))
    return raw, refusals + wrong


class _Wrong:
    """A rejected cell: the code and the value."""

    def __init__(self, code: str, seen: object) -> None:
        self.code, self.seen = code, seen


def _text(cell: object) -> str | _Wrong | None:
    """Return a cell as text: ISO days and instants, numbers as a spreadsheet shows them in full."""
    if isinstance(cell, str):
        if cell in _ERRORS:
            return _Wrong("intake.cell.error", cell)
        return _Wrong("intake.cell.formula", cell) if _FORMULA.match(cell) else cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return None if cell is None else str(cell)


def _number(cell: float) -> str | _Wrong:
    """Return a number without exponent, to the 15 digits that a spreadsheet stores.

    >>> _number(3.0), _number(0.1 + 0.2)
    ('3', '0.3')
    """
    if not abs(cell) < _EXACT:
        return _Wrong("intake.cell.cut", cell)
    return plain(f"{cell:.{_EXACT_DIGITS}g}", _FLOAT_DIGITS)


def address(column: int, row: int) -> str:
    """Return a cell's address from its column (from 0) and row (from 1).

    >>> address(1, 7), address(26, 1)
    ('B7', 'AA1')
    """
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{row}"
