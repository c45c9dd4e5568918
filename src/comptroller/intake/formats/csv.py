"""CSV as a raw table: separated by comma, semicolon, tab or bar, one header line below any title, every value text."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv

from comptroller.intake.columns import header, matching, names_refused, own_name, text_table, values_refused
from comptroller.intake.formats import table_area
from comptroller.intake.formats.encoding import chinese_readings, other_unicode, utf8_fault, without_bom
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import bounded, reject
from comptroller.intake.raw_table import LINE, Note, RawTable
from comptroller.model.refusal import Refusal
from comptroller.model.text import message

ENCODING = b"encoding"
"""Key in the table's schema metadata: the encoding that the file was found to be in."""
_CHUNK = 10_000
_SEPARATORS = (",", "\t", ";", "|")
_ANNOUNCED = re.compile(rb'"?sep=([,;\t|])"?', re.IGNORECASE)
_LOOKED_AT = 1 << 16
FORMULA = r"^(=|@[A-Za-z]+\(|[+@-].*\|.*!)"
"""Text that a spreadsheet would run: a formula, an old function call, a call to another program."""


def read_csv(payload: bytes, name: str, *, limits: Limits = USUAL) -> tuple[list[RawTable], list[Refusal]]:
    r"""Read a CSV: a header names the columns, `line` is the row as a spreadsheet counts it.

    Lines of a title above the header are passed over. Bytes that are not UTF-8 are read as GB18030, Big5 or UTF-16
    where they are text in it. The encoding is then in the table's metadata, and in a note.

    >>> raws, refusals = read_csv("金额,备注\n1.10,\n".encode("gbk"), "a.csv")
    >>> raws[0].table.to_pylist(), raws[0].table.schema.metadata
    ([{'金额': '1.10', '备注': None, 'line': 2}], {b'encoding': b'GB18030'})
    """
    payload, encoding, refusals = _as_utf8(payload, name)
    if refusals:
        return [], refusals
    if not payload.strip():
        return [], [reject("intake.file.empty", (name, None, ""), "-")]
    payload, separator, above = _separator(payload)
    notes = [] if encoding == "UTF-8" else [Note("encoding", "", 0, 0, "", encoding)]
    table: Any = None
    if b'"' not in payload and b"\r" not in payload.replace(b"\r\n", b""):
        table = _columnar(payload, separator, name, limits, above)
    if table is None:
        table, more, refusals = _by_rows(payload, separator, name, limits, above)
        notes += more
        if refusals:
            return [], bounded(refusals, limits, name)
    if len(table) > limits.rows:
        return [], [reject("intake.rows.many", (name, None, ""), len(table), limit=limits.rows)]
    if not len(table):
        return [], [reject("intake.file.empty", (name, None, ""), "-")]
    refusals = values_refused(table, name, limits) + formulas_refused(table, name)
    if refusals:
        return [], refusals
    return [RawTable("", table.replace_schema_metadata({ENCODING: encoding}), name, tuple(notes))], []


def _separator(payload: bytes) -> tuple[bytes, str, int]:
    """Return the text, its separator, and how many lines were taken off: spreadsheets announce it in a line `sep=;`."""
    top, _, rest = payload.partition(b"\n")
    if announced := _ANNOUNCED.fullmatch(top.strip()):
        return rest, announced[1].decode(), 1
    lines = payload[:_LOOKED_AT].split(b"\n")[: table_area.LOOKED_AT]
    return (
        payload,
        max(_SEPARATORS, key=lambda s: (lines[0].count(s.encode()), sum(x.count(s.encode()) for x in lines))),
        0,
    )


def formulas_refused(table: pa.Table, name: str) -> list[Refusal]:
    """Return refusals of text that a spreadsheet would run as a formula: the first few of each column.

    >>> table = pa.table({"note": ["-", "=HYPERLINK(1)"], "line": [2, 3]})
    >>> [one.line for one in formulas_refused(table, "a.csv")]
    [3]
    """
    return [reject("intake.cell.formula", place, value) for place, value in matching(table, FORMULA, name)]


def _as_utf8(payload: bytes, name: str) -> tuple[bytes, str, list[Refusal]]:
    """Return the text as UTF-8 bytes with the encoding it had, or why it has none that is taken.

    A text that is usual both in GB18030 and in Big5 is rejected with both readings.
    """
    if (other := other_unicode(payload)) == "UTF-16":
        wide = _decoded(payload, "utf-16")
        return _without_nul(wide.encode(), other, name) if wide else _refused(other, (name, None, ""))
    if other:
        return _refused(other, (name, None, ""))
    payload = without_bom(payload)
    fault = utf8_fault(payload)
    if fault is None:
        return _without_nul(payload, "UTF-8", name)
    readings = chinese_readings(payload)
    line = payload.count(b"\n", 0, fault) + 1
    if len(set(readings.values())) > 1:
        seen = "; ".join(f"{encoding}: {_word(text, line)}" for encoding, text in readings.items())
        return b"", "", [reject("intake.file.two_readings", (name, line, ""), seen)]
    if not readings:
        return _refused(payload[fault : fault + 8].hex(" "), (name, line, ""))
    encoding, text = next(iter(readings.items()))
    return _without_nul(text.encode(), encoding, name)


_AROUND = 12


def _decoded(payload: bytes, encoding: str) -> str:
    try:
        return payload.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _word(text: str, line: int) -> str:
    """Return the first characters beyond ASCII of a line."""
    row = text.splitlines()[line - 1]
    first = next((at for at, sign in enumerate(row) if not sign.isascii()), 0)
    return row[first : first + _AROUND]


def _refused(seen: str, place: tuple[str, int | None, str]) -> tuple[bytes, str, list[Refusal]]:
    also = message("intake.file.encoding.csv")
    return b"", "", [reject("intake.file.encoding", place, seen, also=also)]


def _without_nul(payload: bytes, encoding: str, name: str) -> tuple[bytes, str, list[Refusal]]:
    nul = payload.find(b"\0")
    if nul >= 0:
        return b"", "", [reject("intake.file.nul", (name, payload.count(b"\n", 0, nul) + 1, ""), f"byte {nul}")]
    return payload, encoding, []


def _columnar(payload: bytes, separator: str, name: str, limits: Limits, above: int) -> pa.Table | None:
    """Read a file without quotes and without blank lines column by column; None where it must be read by rows."""
    body = payload.rstrip(b"\r\n")
    blank = re.escape(separator.encode()) + rb" \t"
    if re.search(rb"(?:^|\n)[" + blank + rb"]*\r?(?:\n|$)", body):
        return None
    top, _, rest = body.partition(b"\n")
    names = [header(cell) for cell in top.decode().rstrip("\r").split(separator)]
    if not rest or len(names) < 2 or names_refused(names, (name, 1, ""), limits):
        return None
    sample = rest[:_LOOKED_AT].decode(errors="replace").splitlines()[: table_area.LOOKED_AT]
    if table_area.header_at([names, *([cell.strip() for cell in line.split(separator)] for line in sample)]):
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
    return text_table(names, table.columns, pa.array(range(above + 2, above + len(table) + 2), pa.int64()))


def _by_rows(
    payload: bytes, separator: str, name: str, limits: Limits, above: int
) -> tuple[pa.Table | None, list[Note], list[Refusal]]:
    """Read row by row, some thousand at a time, with a refusal for each row that does not fit the header.

    Lines of a title above the header, and columns without a name and without a value, are left out.
    """
    rows = _rows(payload, separator, limits, above)
    refusals: list[Refusal] = []
    notes: list[Note] = []
    chunks: list[pa.Table] = []
    names: list[str] = []
    try:
        looked = list(itertools.islice(rows, table_area.LOOKED_AT))
        if not looked:
            return None, [], [reject("intake.file.empty", (name, None, ""), "-")]
        top = table_area.header_at([[cell.strip() for cell in cells] for _, cells in looked])
        if top:
            notes.append(
                Note("header", "", top, looked[top][0], " ".join(c.strip() for c in looked[0][1] if c.strip()), "")
            )
        number, cells = looked[top]
        names = [header(cell) for cell in cells]
        lines: list[int] = []
        buffered: list[list[str]] = []
        for number, cells in itertools.chain(looked[top + 1 :], rows):
            row = _fitted(cells, len(names))
            if len(row) != len(names):
                place = (name, number, "")
                refusals.append(reject("intake.csv.ragged", place, f"{len(row)}: {row}", limit=len(names)))
            elif not refusals:
                lines.append(number)
                buffered.append(row)
            if len(buffered) == _CHUNK:
                chunks.append(_chunk(names, buffered, lines))
                lines, buffered = [], []
            if len(refusals) > limits.refusals:
                break
        chunks.append(_chunk(names, buffered, lines))
    except _BadQuote as fault:
        refusals.append(reject("intake.csv.quote", (name, fault.args[0], ""), fault.args[1]))
        return None, notes, refusals
    table = pa.concat_tables(chunks)
    used = [at for at, title in enumerate(names) if title or table.column(at).null_count < len(table)]
    refusals = names_refused([names[at] for at in used], (name, looked[top][0], ""), limits) + refusals
    if refusals:
        return None, notes, refusals
    own = [own_name(names[at]) for at in used]
    return table.select([*used, len(names)]).rename_columns([*own, LINE]), notes, []


def _fitted(cells: list[str], count: int) -> list[str]:
    """Return a row's cells; blank ones beyond the header's are no cells."""
    while len(cells) > count and not cells[-1].strip():
        cells = cells[:-1]
    return cells


class _BadQuote(Exception):
    """A row with quotes that do not pair: its number, and the message of the reader."""


def _rows(payload: bytes, separator: str, limits: Limits, above: int) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with their numbers; rows of blanks are counted and passed over, as spreadsheets do."""
    csv.field_size_limit(max(limits.cell_chars * 4, 1 << 20))
    text = io.TextIOWrapper(io.BytesIO(payload), encoding="utf-8", newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), start=above + 1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as fault:
        raise _BadQuote(number + 1, str(fault)) from fault


def _chunk(names: list[str], rows: list[list[str]], lines: list[int]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    numbered = [f"c{at}" for at in range(len(names))]
    return text_table(numbered, [pa.array(values, pa.string()) for values in columns], pa.array(lines, pa.int64()))
