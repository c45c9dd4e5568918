"""Tables as workbooks and CSV; spreadsheets run nothing that a cell contains."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from fastapi.responses import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_SHEET_CHARS, _CELL_CHARS = 31, 32_000
Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]
"""A sheet: its title, the headers of its columns, and its rows."""


def harmless(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula; numbers and days unchanged.

    >>> harmless("=1+1"), harmless("plain"), harmless(-3)
    ("'=1+1", 'plain', -3)
    """
    if isinstance(value, str):
        text = "".join(c for c in value if c >= " " or c in "\t\n\r")[:_CELL_CHARS]
        return f"'{text}" if text.startswith(_RUNS) else text
    return value


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook; texts are written as texts, the header row is frozen, and every column has a filter."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": _MADE})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    on_day = book.add_format({"num_format": "yyyy-mm-dd"})
    for title, heads, rows in sheets:
        page = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\'")[:_SHEET_CHARS] or "1")
        page.write_row(0, 0, list(heads), head)
        page.freeze_panes(1, 0)
        last = 0
        for last, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                _write(page, last, at, value, on_day)
        page.autofilter(0, 0, max(last, 1), max(len(heads) - 1, 0))
        page.set_column(0, max(len(heads) - 1, 0), 20)
    book.close()
    return out.getvalue()


def _write(page: Any, row: int, at: int, value: Any, on_day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, at, value)
    elif isinstance(value, (int, float, Decimal)):
        page.write_number(row, at, value)
    elif isinstance(value, dt.date):
        naive = value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
        page.write_datetime(row, at, naive, on_day)
    else:
        page.write_string(row, at, harmless(str(value)))


def sheet(name: str, sheets: Iterable[Sheet]) -> Response:
    """Return a workbook as a file to download."""
    return Response(
        workbook(sheets), media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def table_csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Return a table as CSV to download, marked as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(one) for one in heads])
    writer.writerows([[harmless(one) for one in row] for row in rows])
    body = b"\xef\xbb\xbf" + out.getvalue().encode()
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
