"""Sheets of a workbook as columns of text, without a Python object for each cell; what is not plain is left to a slower reader."""

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree
from numpy.typing import NDArray

from comptroller.intake.formats.sheet_form import looks, shown
from comptroller.intake.formats.sheet_scan import (
    DAY,
    FLAG,
    NUMBER,
    PLAIN,
    SHARED,
    Cells,
)
from comptroller.intake.formats.sheet_texts import copy_texts, plain_numbers, scan_strings

_PARSER = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
_NUMBER_FORMATS = frozenset({*range(14), *range(37, 41), 48, 49})
_DATE_FORMATS = frozenset({14, 15, 16, 17, 22})
_OWN_FORMATS = 164
"""From this id on a workbook numbers its own formats."""
_ASIDE = re.compile(
    r'"[^"]*"|\\.|\[\$[^\]]*\]|\[(?:Red|Blue|Green|Black|White|Cyan|Magenta|Yellow)\]|_.|\*.|General', re.IGNORECASE
)
_DATE_SIGN = re.compile(r"[ymdhsegab\[]", re.IGNORECASE)
_DATE_CODE = re.compile(r"[ymdhsYMDHS年月日时分秒/:. ,-]*[ymdYMD][ymdhsYMDHS年月日时分秒/:. ,-]*")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_ESCAPE = re.compile(r"_x[0-9a-fA-F]{4}_")
_DECIMAL = re.compile(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?")
_FIRST = frozenset("=@+-#")
"""How text begins that may be a formula or an error."""
_FIRST_DAY, _LAST_DAY = 61.0, 2_958_465.0
"""The range of serial numbers that count days without exceptions: from 1 March 1900 to the year 9999."""
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
_MOST_STYLES = 1 << 16
_DAY_MS = 86_400_000


class NotPlain(Exception):
    """A workbook that is read by the slower reader: rich text, formulas, odd formats, other ways of writing XML."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A sheet's full rows: their numbers, by column (from 1) the text of each, and where a column has days which they are."""

    lines: NDArray[np.int64]
    texts: dict[int, pa.Array]
    days: dict[int, NDArray[np.bool_]]


NumberText = Callable[[float], object]
"""Returns a number as text, or something else where the number is rejected."""


def columns_of(parts: Mapping[str, bytes], part: bytes, cells: Cells, number_text: NumberText) -> Columns:
    """Return the columns of a sheet from its part and the cells found in it. Raises NotPlain for what is not read here."""
    values, is_day = _values(parts, part, cells, number_text)
    filled = np.flatnonzero(pc.fill_null(pc.not_equal(values, ""), False).to_numpy(zero_copy_only=False))
    row, column = cells.row[filled], cells.column[filled]
    begins = np.ones(len(row), dtype=np.bool_)
    begins[1:] = row[1:] != row[:-1]
    lines, place = row[begins].astype(np.int64), np.cumsum(begins) - 1
    texts, days = {}, {}
    for number in np.flatnonzero(np.bincount(column)).tolist():
        chosen = np.flatnonzero(column == number)
        if is_day[filled[chosen]].any():
            days[number] = np.zeros(len(lines), dtype=np.bool_)
            days[number][place[chosen]] = is_day[filled[chosen]]
        if len(chosen) == len(lines):
            texts[number] = values.take(pa.array(filled[chosen]))
            continue
        source = np.full(len(lines), -1, dtype=np.int64)
        source[place[chosen]] = filled[chosen]
        texts[number] = values.take(pa.array(source, mask=source < 0))
    return Columns(lines, texts, days)


def _values(
    parts: Mapping[str, bytes], part: bytes, cells: Cells, number_text: NumberText
) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Return the text of each cell, null where it is empty, and which of them are days."""
    if (cells.type == DAY).any():
        raise NotPlain("a cell with an ISO day")
    is_empty = cells.start < 0
    starts, ends = np.where(is_empty, 0, cells.start), np.where(is_empty, 0, cells.end)
    own, marks = _texts(part, starts, ends)
    is_text = ~is_empty & (cells.type != NUMBER) & (cells.type != SHARED) & (cells.type != FLAG)
    own = _sound(own, marks, is_text)
    is_number = ~is_empty & (cells.type == NUMBER)
    own = _numbers(own, part, (starts, ends), is_number, number_text)
    is_day, look = _formatted(parts, cells.style, is_number)
    own = _days(own, is_day)
    own = _looked(own, is_number, look)
    if (is_flag := ~is_empty & (cells.type == FLAG)).any():
        own = _replaced(own, is_flag, _flags(own.filter(pa.array(is_flag))))
    if (is_shared := ~is_empty & (cells.type == SHARED)).any():
        places = own.filter(pa.array(is_shared)).cast(pa.int64())
        own = _replaced(own, is_shared, _taken(_shared(parts), places))
    own = pc.if_else(pa.array(is_empty), pa.scalar(None, pa.string()), own) if is_empty.any() else own
    return own, is_day


def _looked(texts: pa.Array, chosen: NDArray[np.bool_], look: NDArray[np.int16]) -> pa.Array:
    """Return texts with numbers as their cells show them, where that is not as they are stored."""
    for one in np.unique(look[chosen]).tolist() if len(look) else ():
        if one:
            mask = chosen & (look == one)
            coded = texts.filter(pa.array(mask)).dictionary_encode()
            written = pa.array([shown(number, one) for number in coded.dictionary.to_pylist()], pa.string())
            texts = _replaced(texts, mask, written.take(coded.indices))
    return texts


def _texts(part: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[pa.Array, NDArray[np.uint8]]:
    """Return slices of a part as texts, and what is to be looked at in each of them."""
    offsets = np.empty(len(starts) + 1, dtype=np.int32)
    data = np.empty(int((ends - starts).sum()), dtype=np.uint8)
    marks = np.zeros(len(starts), dtype=np.uint8)
    copy_texts(np.frombuffer(part, dtype=np.uint8), starts, ends, offsets, data, marks)
    texts = pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(data))
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid as fault:
        raise NotPlain(str(fault)) from fault
    return texts, marks


def _sound(texts: pa.Array, marks: NDArray[np.uint8], chosen: NDArray[np.bool_]) -> pa.Array:
    """Return texts with their entities resolved. Raises NotPlain for escapes, and for text that looks like a formula or an error."""
    looked = np.flatnonzero((marks != 0) & chosen)
    if not len(looked):
        return texts
    resolved = [_resolved(text) for text in texts.take(pa.array(looked)).to_pylist()]
    mask = np.zeros(len(texts), dtype=np.bool_)
    mask[looked] = True
    return _replaced(texts, mask, pa.array(resolved, pa.string()))


def _resolved(text: str) -> str:
    if _ENTITY.search(text) or _ESCAPE.search(text):
        raise NotPlain(text)
    plain = html.unescape(text) if "&" in text else text
    if plain[:1] in _FIRST or "\r" in plain or "\0" in plain:
        raise NotPlain(plain)
    return plain


def _replaced(texts: pa.Array, mask: NDArray[np.bool_], values: pa.Array) -> pa.Array:
    return pc.replace_with_mask(texts, pa.array(mask), values)


def _numbers(
    texts: pa.Array,
    part: bytes,
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    chosen: NDArray[np.bool_],
    number_text: NumberText,
) -> pa.Array:
    """Return texts with numbers written without exponent, to the digits that a spreadsheet stores."""
    plain = np.zeros(len(texts), dtype=np.bool_)
    plain_numbers(np.frombuffer(part, dtype=np.uint8), *places, plain)
    other = chosen & ~plain
    if not other.any():
        return texts
    coded = texts.filter(pa.array(other)).dictionary_encode()
    written = []
    for number in coded.dictionary.to_pylist():
        try:
            text = number_text(float(number))
        except ValueError as fault:
            raise NotPlain(number) from fault
        if not isinstance(text, str) or not _DECIMAL.fullmatch(number):
            raise NotPlain(number)
        written.append(text)
    return _replaced(texts, other, pa.array(written, pa.string()).take(coded.indices))


def _days(texts: pa.Array, chosen: NDArray[np.bool_]) -> pa.Array:
    """Return texts with serial numbers of days as ISO days, or as instants where there is a time of day."""
    if not chosen.any():
        return texts
    coded = texts.filter(pa.array(chosen)).dictionary_encode()
    serials = coded.dictionary.cast(pa.float64()).to_numpy()
    if (serials < _FIRST_DAY).any() or (serials >= _LAST_DAY).any():
        raise NotPlain("a day that a spreadsheet counts in its own way")
    return _replaced(
        texts, chosen, pa.array([_day(serial) for serial in serials.tolist()], pa.string()).take(coded.indices)
    )


def _day(serial: float) -> str:
    moment = _EPOCH + dt.timedelta(days=int(serial), milliseconds=round((serial - int(serial)) * _DAY_MS))
    return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat()


def _flags(texts: pa.Array) -> pa.Array:
    known = pc.index_in(texts, value_set=pa.array(["0", "1"]))
    if known.null_count:
        raise NotPlain("a flag that is neither 0 nor 1")
    return pa.array(["false", "true"]).take(known)


def _taken(shared: pa.Array, places: pa.Array) -> pa.Array:
    last = pc.max(places).as_py()
    if last >= len(shared) or pc.min(places).as_py() < 0:
        raise NotPlain("a shared text that is not there")
    return shared.take(places)


def _shared(parts: Mapping[str, bytes]) -> pa.Array:
    """Return the texts that cells of a workbook share."""
    part = parts.get("xl/sharedStrings.xml", b"")
    most = part.count(b"<si>") + part.count(b"<si ") + part.count(b"<si/")
    starts, ends = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    state, count = scan_strings(np.frombuffer(part, dtype=np.uint8), starts, ends)
    if state != PLAIN:
        raise NotPlain("shared texts in formatted runs")
    texts, marks = _texts(part, starts[:count], ends[:count])
    return _sound(texts, marks, np.ones(count, dtype=np.bool_))


def _formatted(
    parts: Mapping[str, bytes], styles: NDArray[np.int32], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
    """Return which of the chosen cells show a number as a day, and the look of each cell; 0 where it shows the number."""
    if chosen.any() and styles.max() >= _MOST_STYLES:
        raise NotPlain("too many styles")
    used = np.flatnonzero(np.bincount(styles[chosen]))
    no_day, no_look = np.zeros(len(styles), dtype=np.bool_), np.zeros(len(styles), dtype=np.int16)
    if not len(used) or (used.max() == 0 and "xl/styles.xml" not in parts):
        return no_day, no_look
    codes, formats = number_formats(parts)
    if used.max() >= len(formats) or re.search(rb"date1904\s*=\s*[\"'](1|true|on)", parts["xl/workbook.xml"]):
        raise NotPlain("a style that is not there, or days counted from 1904")
    own = looks(codes, formats)
    days = [style for style in map(int, used) if style not in own and _shows_day(formats[style], codes)]
    if not own:
        return chosen & np.isin(styles, days), no_look
    by_style = np.array(
        [own.get(style, 0) for style in range(max(len(formats), int(styles.max()) + 1))], dtype=np.int16
    )
    return chosen & np.isin(styles, days), by_style[styles]


def number_formats(parts: Mapping[str, bytes]) -> tuple[dict[int, str], list[int]]:
    """Return a workbook's own formats of numbers by their id, and the id of each style."""
    try:
        sheet = etree.fromstring(parts["xl/styles.xml"], _PARSER)
        codes = {
            int(element.get("numFmtId") or 0): element.get("formatCode") or "" for element in sheet.iter("{*}numFmt")
        }
        styles = sheet.find("{*}cellXfs")
        ids = [int(element.get("numFmtId") or 0) for element in styles] if styles is not None else []
    except (etree.LxmlError, ValueError, KeyError) as fault:
        raise NotPlain(str(fault)) from fault
    return codes, ids


def _shows_day(named: int, codes: Mapping[int, str]) -> bool:
    """Return whether a format shows a day. Raises NotPlain for one that shows neither a day nor a number plainly."""
    if named in codes:
        code = _ASIDE.sub("", codes[named].split(";")[0])
        if named >= _OWN_FORMATS and not _DATE_SIGN.search(code):
            return False
        if named >= _OWN_FORMATS and _DATE_CODE.fullmatch(code):
            return True
    elif named in _NUMBER_FORMATS or named in _DATE_FORMATS:
        return named in _DATE_FORMATS
    raise NotPlain(f"format {named}")
