"""Blank files of a kind, to fill in: CSV, and xlsx with labels, notes, drop-downs and a sheet of help."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from comptroller.model.kind import Field, Kind
from comptroller.texts import translate

ACTS = ("state", "correct", "retract", "ensure")
"""What a fact may do: state, correct by its key, end, or state unless it is already recorded."""
HELP, CHOICES = "help", "choices"
_ROWS = 10_000
"""Rows of a template that carry formats and drop-downs."""
_LISTED_CHARS = 255
_SHEET_CHARS = 31
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_RUNS = "=@+-"
"""What a formula may begin with."""
_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1), dt.date(2999, 12, 31)
_FORMATS = {"day": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm:ss", "money": "0.####", "number": "General"}
_EXAMPLES = {
    "text": "…",
    "code": "A-2024-001",
    "entity": "E001",
    "person": "P001",
    "money": "1234.50",
    "number": "0.5",
    "integer": "3",
    "share": "51.00",
    "day": "2024-03-01",
    "instant": "2024-03-01 10:00:00",
    "flag": "true",
}
_HELP_COLUMNS = ("column", "field", "type", "unit", "required", "choices", "example")
Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows to fill in, by the sheet's name, each by field name."""


def template_csv(kind: Kind) -> bytes:
    """Return a CSV with the field names in one line, marked as UTF-8 so that spreadsheets read what is filled in."""
    return b"\xef\xbb\xbf" + (",".join(field.name for field in kind.fields) + "\r\n").encode()


def template_xlsx(kind: Kind, language: str, rows: Rows | None = None) -> bytes:
    """Return a workbook to fill in: the kind's sheet, one for each nested list, and `help`.

    The header row has the labels, with a star after required ones and the field's name in the cell's note. Texts are
    written as texts, so that none is run as a formula. The same kind always results in the same bytes.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": _MADE})
    sheets = (kind, *kind.lists)
    written = {sheet_kind.name: book.add_worksheet(sheet_kind.name[:_SHEET_CHARS]) for sheet_kind in sheets}
    help_sheet, choices = book.add_worksheet(HELP), book.add_worksheet(CHOICES)
    choices.hide()
    listed = 0
    for sheet_kind in sheets:
        sheet = written[sheet_kind.name]
        for column, (field, label) in enumerate(zip(sheet_kind.fields, labels(sheet_kind, language), strict=True)):
            _column(book, sheet, column, field, label)
            listed = _drop_down(sheet, column, field, language, (choices, listed))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate((rows or {}).get(sheet_kind.name, ()), start=1):
            for column, field in enumerate(sheet_kind.fields):
                _fill(sheet, number, column, row.get(field.name))
    _help(book, help_sheet, sheets, language)
    book.close()
    return out.getvalue()


def labels(kind: Kind, language: str) -> list[str]:
    """Return the labels of the columns; the field's name where a label is empty, ambiguous, or looks like a formula."""
    titles = [field.title.of(language).strip() for field in kind.fields]
    folded = [label.lower() for label in titles]
    return [
        label if label and label[0] not in _RUNS and folded.count(label.lower()) == 1 else field.name
        for label, field in zip(titles, kind.fields, strict=True)
    ]


def _column(book: xlsxwriter.Workbook, sheet: Worksheet, column: int, field: Field, label: str) -> None:
    """Write a column's header, and set the format of the cells beneath it."""
    top = {"bold": True, "border": 1, "text_wrap": True, "bg_color": "#FDE9D9" if field.required else "#EEEEEE"}
    sheet.write_string(0, column, f"{label} *" if field.required else label, book.add_format(top))
    sheet.write_comment(0, column, f"{field.name}\n{_type(field)}")
    cell_format: Format = book.add_format({"num_format": _FORMATS.get(field.type, "@")})
    sheet.set_column(column, column, max(12, min(40, len(label.encode("gb18030", "replace")) + 4)), cell_format)


def _drop_down(sheet: Worksheet, column: int, field: Field, language: str, choices: tuple[Worksheet, int]) -> int:
    """Restrict the cells of a column to valid values; long lists of choices get a sheet of their own."""
    rule: dict[str, Any] = {"ignore_blank": True}
    beside, listed = choices
    if field.choices:
        texts = [text.of(language) or key for key, text in field.choices.items()]
        source: object = texts
        if len(",".join(texts)) > _LISTED_CHARS or any("," in label for label in texts):
            for row, label in enumerate(texts):
                beside.write_string(row, listed, label)
            letter = xlsxwriter.utility.xl_col_to_name(listed, col_abs=True)
            source = f"={CHOICES}!{letter}$1:{letter}${len(texts)}"
            listed += 1
        rule |= {"validate": "list", "source": source}
    elif field.type == "flag":
        rule |= {"validate": "list", "source": ["true", "false"]}
    elif field.type in {"day", "instant"}:
        rule |= {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
    else:
        return listed
    sheet.data_validation(1, column, _ROWS, column, rule)
    return listed


def _fill(sheet: Worksheet, row: int, column: int, value: object) -> None:
    """Write one value; numbers of more digits than a spreadsheet stores are written as text."""
    if isinstance(value, dt.datetime):
        sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal):
        exact = Decimal(str(value))
        short = len(exact.as_tuple().digits) <= 15 and abs(exact) < 10**15
        sheet.write_number(row, column, float(value)) if short else sheet.write_string(row, column, str(value))
    elif value is not None:
        sheet.write_string(row, column, str(value))


def _help(book: xlsxwriter.Workbook, sheet: Worksheet, kinds: Sequence[Kind], language: str) -> None:
    """Explain each column: what it is called, its type, unit, choices and an example."""
    bold = book.add_format({"bold": True})
    heads = [translate(language, f"intake.help.{column}") for column in _HELP_COLUMNS]
    required = translate(language, "intake.help.yes")
    row = 0
    for kind in kinds:
        sheet.write_string(row, 0, f"{kind.title.of(language)} ({kind.name})", bold)
        sheet.write_string(row + 1, 0, kind.about.of(language))
        for column, text in enumerate(heads):
            sheet.write_string(row + 2, column, text, bold)
        row += 3
        for field, label in zip(kind.fields, labels(kind, language), strict=True):
            choices = ", ".join(text.of(language) or key for key, text in field.choices.items())
            cells = (
                label,
                field.name,
                _type(field),
                field.unit or field.currency,
                required if field.required else "",
            )
            for column, text in enumerate((*cells, choices, example(field, language))):
                sheet.write_string(row, column, text)
            row += 1
        row += 1
    sheet.set_column(0, 6, 24)


def example(field: Field, language: str = "en") -> str:
    """Return a value that fits the field."""
    for key, text in field.choices.items():
        return text.of(language) or key
    return _EXAMPLES[field.type]


def _type(field: Field) -> str:
    """Return a field's type as people read it."""
    return f"{field.type} ({field.identifier})" if field.identifier else field.type
