"""CSV as a raw table: UTF-8 or GB18030, separated by comma, semicolon or tab, one header line, every value text."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv

from comptroller.intake.columns import header, matching, names_refused, text_table, values_refused
from comptroller.intake.formats.encoding import from_gb18030, other_unicode, utf8_fault, without_bom
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import bounded, reject
from comptroller.intake.raw_table import RawTable
from comptroller.model.refusal import Refusal
from comptroller.model.text import message

ENCODING = b"encoding"
"""Key in the table's schema metadata: the encoding that the file was found to be in."""
_CHUNK = 10_000
_SEPARATORS = (",", "\t", ";")
FORMULA = r"^(=|@[A-Za-z]+\(|[+@-].*\|.*!)"
"""Text that a spreadsheet would run: a formula, an old function call, a call to another program."""


def read_csv(payload: bytes, name: str, *, limits: Limits = USUAL) -> tuple[list[RawTable], list[Refusal]]:
    r"""Read a CSV: the first line names the columns, `line` is the row as a spreadsheet counts it (the header is 1).

    Bytes that are not UTF-8 are read as GB18030 where they are Chinese text (see `from_gb18030`). The encoding is then
    in the table's metadata.

    >>> raws, refusals = read_csv("金额,备注\n1.10,\n".encode("gbk"), "a.csv")
    >>> raws[0].table.to_pylist(), raws[0].table.schema.metadata
    ([{'金额': '1.10', '备注': None, 'line': 2}], {b'encoding': b'GB18030'})
    """
    payload, encoding, refusals = _as_utf8(payload, name)
    if refusals:
        return [], refusals
    first = payload.find(b"\n")
    top = payload if first < 0 else payload[:first]
    if not top.strip():
        return [], [reject("intake.file.empty", (name, None, ""), "-")]
    separator = max(_SEPARATORS, key=lambda candidate: top.count(candidate.encode()))
    table: Any = None
    if b'"' not in payload and b"\r" not in payload.replace(b"\r\n", b""):
        table = _columnar(payload, separator, name, limits)
    if table is None:
        table, refusals = _by_rows(payload, separator, name, limits)
        if refusals:
            return [], bounded(refusals, limits, name)
    if len(table) > limits.rows:
        return [], [reject("intake.rows.many", (name, None, ""), len(table), limit=limits.rows)]
    if not len(table):
        return [], [reject("intake.file.empty", (name, None, ""), "-")]
    refusals = values_refused(table, name, limits) + formulas_refused(table, name)
    return (
        ([], refusals) if refusals else ([RawTable("", table.replace_schema_metadata({ENCODING: encoding}), name)], [])
    )


def formulas_refused(table: pa.Table, name: str) -> list[Refusal]:
    """Return refusals of text that a spreadsheet would run as a formula: the first few of each column.

    >>> table = pa.table({"note": ["-", "=HYPERLINK(1)"], "line": [2, 3]})
    >>> [one.line for one in formulas_refused(table, "a.csv")]
    [3]
    """
    return [reject("intake.cell.formula", place, value) for place, value in matching(table, FORMULA, name)]


def _as_utf8(payload: bytes, name: str) -> tuple[bytes, str, list[Refusal]]:
    """Return the text as UTF-8 bytes with the encoding it had, or why it has none that is taken."""
    place = (name, None, "")
    if other := other_unicode(payload):
        return b"", "", [reject("intake.file.encoding", place, other, also=message("intake.file.encoding.csv"))]
    payload, encoding = without_bom(payload), "UTF-8"
    fault = utf8_fault(payload)
    if fault is not None:
        text = from_gb18030(payload)
        if text is None:
            line = payload.count(b"\n", 0, fault) + 1
            fault_bytes = payload[fault : fault + 8].hex(" ")
            return (
                b"",
                "",
                [
                    reject(
                        "intake.file.encoding", (name, line, ""), fault_bytes, also=message("intake.file.encoding.csv")
                    )
                ],
            )
        payload, encoding = text.encode(), "GB18030"
    nul = payload.find(b"\0")
    if nul >= 0:
        return b"", "", [reject("intake.file.nul", (name, payload.count(b"\n", 0, nul) + 1, ""), f"byte {nul}")]
    return payload, encoding, []


def _columnar(payload: bytes, separator: str, name: str, limits: Limits) -> pa.Table | None:
    """Read a file without quotes and without blank lines column by column; None where it must be read by rows."""
    body = payload.rstrip(b"\r\n")
    if re.search(rb"(^|\n)[ \t]*\r?\n", body):
        return None
    top, _, rest = body.partition(b"\n")
    names = [header(cell) for cell in top.decode().rstrip("\r").split(separator)]
    if not rest or len(names) < 2 or names_refused(names, (name, 1, ""), limits):
        return None
    keys = [f"c{at}" for at in range(len(names))]
    try:
        table = pcsv.read_csv(
            pa.BufferReader(rest),
            read_options=pcsv.ReadOptions(column_names=keys, block_size=4 << 20),
            parse_options=pcsv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except (pa.ArrowException, ValueError, OSError):
        return None
    return text_table(names, table.columns, pa.array(range(2, len(table) + 2), pa.int64()))


def _by_rows(payload: bytes, separator: str, name: str, limits: Limits) -> tuple[pa.Table | None, list[Refusal]]:
    """Read row by row, some thousand at a time, with a refusal for each row that does not fit the header."""
    rows = _rows(payload, separator, limits)
    refusals: list[Refusal] = []
    chunks = []
    try:
        number, cells = next(rows)
        names = [header(cell) for cell in cells]
        refusals += names_refused(names, (name, number, ""), limits)
        lines: list[int] = []
        buffered: list[list[str]] = []
        for number, cells in rows:
            if len(cells) != len(names):
                place = (name, number, "")
                refusals.append(reject("intake.csv.ragged", place, f"{len(cells)}: {cells}", limit=len(names)))
            elif not refusals:
                lines.append(number)
                buffered.append(cells)
            if len(buffered) == _CHUNK:
                chunks.append(_chunk(names, buffered, lines))
                lines, buffered = [], []
            if len(refusals) > limits.refusals:
                break
        chunks.append(_chunk(names, buffered, lines))
    except StopIteration:
        return None, [reject("intake.file.empty", (name, None, ""), "-")]
    except _BadQuote as fault:
        refusals.append(reject("intake.csv.quote", (name, fault.args[0], ""), fault.args[1]))
    return (None, refusals) if refusals else (pa.concat_tables(chunks), [])


class _BadQuote(Exception):
    """A row with quotes that do not pair: its number, and the message of the reader."""


def _rows(payload: bytes, separator: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with their numbers; blank rows are counted and passed over, as spreadsheets do."""
    csv.field_size_limit(max(limits.cell_chars * 4, 1 << 20))
    text = io.TextIOWrapper(io.BytesIO(payload), encoding="utf-8", newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), start=1):
            if any(cells) or len(cells) > 1:
                yield number, cells
    except csv.Error as fault:
        raise _BadQuote(number + 1, str(fault)) from fault


def _chunk(names: list[str], rows: list[list[str]], lines: list[int]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return text_table(names, [pa.array(values, pa.string()) for values in columns], pa.array(lines, pa.int64()))
