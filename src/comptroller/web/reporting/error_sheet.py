"""A rejected report as the same sheet: its wrong cells are highlighted, each with the expected value and how to
fix it.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from comptroller.intake.columns import header
from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal
from comptroller.texts import translate
from comptroller.web.ledger.payloads import facts_of
from comptroller.web.shell.spreadsheets import harmless

_MOST_ROWS, _MOST_COLUMNS = 20_000, 300
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_HEADS = ("reporting.line", "reporting.field", "refused.seen", "refused.expected", "refused.mend", "refused.code")
"""Column heads of the sheet of refusals, by the code of their text."""


def write_error_sheet(
    payload: bytes, media: str, refusals: Sequence[Refusal], language: str, kinds: Iterable[Kind] = ()
) -> bytes:
    """Return a workbook with the report's own cells, wrong ones highlighted and annotated, and a sheet of all refusals.

    A column's head may be a field's name or its title in either language; `kinds` have the titles of a name.
    """
    titles = _titles(kinds)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    wrong = book.add_format({"bg_color": "#F4C7C3", "border": 1})
    head = book.add_format({"bold": True, "bottom": 1})
    by_line: dict[int, list[Refusal]] = defaultdict(list)
    for item in refusals:
        by_line[item.line or 0].append(item)
    for title, first, rows in tables_of(payload, media):
        page = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\'")[:31] or None)
        names = [header(str(item)) for item in rows[0]] if rows else []
        for at, row in enumerate(rows[:_MOST_ROWS]):
            here = by_line.get(at + first, []) if at else []
            for column, value in enumerate(row[:_MOST_COLUMNS]):
                errors = [r for r in here if _names(r, names[column] if column < len(names) else "", titles)]
                _write(page, (at, column), value, wrong if errors else head if at == 0 else None)
                if errors:
                    note = "\n".join(f"{r.expected.of(language)}\n{r.mend.of(language)}" for r in errors)
                    page.write_comment(at, column, note[:2000])
        page.freeze_panes(1, 0)
        page.set_column(0, max(0, len(names) - 1), 18)
    page = book.add_worksheet(translate(language, "reporting.refusals"))
    page.write_row(0, 0, [translate(language, code) for code in _HEADS], head)
    for at, item in enumerate(refusals, 1):
        cells = (item.line or "", item.field, item.seen, item.expected.of(language), item.mend.of(language), item.code)
        for column, value in enumerate(cells):
            page.write_string(at, column, harmless(str(value)))
    page.set_column(0, 5, 24)
    book.close()
    return out.getvalue()


def _titles(kinds: Iterable[Kind]) -> dict[str, set[str]]:
    """Return by field name the titles that its column may have."""
    titles: dict[str, set[str]] = defaultdict(set)
    for kind in kinds:
        for field in (*kind.fields, *(f for inner in kind.lists for f in inner.fields)):
            titles[field.name] |= {field.title.zh, field.title.en}
    return titles


def _names(refusal: Refusal, column: str, titles: Mapping[str, set[str]]) -> bool:
    """Return whether a refusal concerns a column: by name or title, or with the kind before it.

    A refusal without a field concerns the row.
    """
    field = header(refusal.field.rsplit(".", 1)[-1])
    return not field or field == column or column in titles.get(field, ())


def _write(page: Any, place: tuple[int, int], value: Any, form: Any) -> None:
    """Write a cell so that the sheet can be sent again: a number stays a number, with any sign."""
    text = str(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        page.write_number(*place, value, form)
    else:
        page.write_string(*place, text if _NUMBER.fullmatch(text) else harmless(text), form)


def tables_of(payload: bytes, media: str) -> list[tuple[str, int, list[list[Any]]]]:
    """Return a report's sheets: title, the line of the first row, rows with the head first; [] where it has no
    cells.
    """
    try:
        if media == "csv":
            return [("csv", 1, list(csv.reader(io.StringIO(payload.decode("utf-8-sig")))))]
        if media == "xlsx":
            book = CalamineWorkbook.from_filelike(io.BytesIO(payload))
            return [(name, 1, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
        if media == "ndjson":
            return [("facts", 0, _rows([json.loads(line) for line in payload.splitlines() if line.strip()]))]
        if media == "json":
            return [("facts", 0, _rows(facts_of(json.loads(payload))))]
    except (ValueError, CalamineError, csv.Error):
        return []
    return []


def _rows(facts: Any) -> list[list[Any]]:
    objects = [item for item in facts if isinstance(item, dict)] if isinstance(facts, list) else []
    names = list(dict.fromkeys(name for item in objects for name in item))
    return [list(names), *([item.get(name, "") for name in names] for item in objects)] if names else []
