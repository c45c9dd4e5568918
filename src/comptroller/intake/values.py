"""The identity of values: each text column of a report is read once into one form per value, with a note of every change.

Works on distinct values; a column with usual bytes alone is passed over. The text as sent remains in the ledger's
payload. `clean` never invents a value: a text that cannot be read in one way only is left as it is, and rejected where
it is typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from comptroller.intake.amounts import scaled, without_totals
from comptroller.intake.columns import BETWEEN, DAY_CELLS, blank_to_null
from comptroller.intake.raw_table import Note
from comptroller.intake.value_forms import (
    BLANK,
    CUT,
    ERRORS,
    TAIL,
    canonical,
    day_of,
    identifier_of,
    instant_of,
    is_missing,
    number_of,
    unquoted,
)
from comptroller.model.kind import Field, Kind
from comptroller.model.refusal import Refusal, refusal

_CODES = ("code", "entity", "person")
_ALNUM = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_USUAL = {
    "code": _ALNUM + b"-_/:",
    "entity": _ALNUM + b"-_/:",
    "person": _ALNUM + b"-_/:",
    "text": _ALNUM + b"-_/:.,;()",
    "choice": _ALNUM + b"_-",
    "flag": _ALNUM,
    "money": b"0123456789.-",
    "number": b"0123456789.-",
    "integer": b"0123456789-",
    "share": b"0123456789.",
    "day": b"0123456789-",
    "instant": b"0123456789-:.TZ",
}
"""Bytes without any that needs a closer look, by type of field."""
_LENGTHS = {"day": (10, 10), "instant": (16, 40)}
"""How short and how long a usual value is, both included, where the type fixes it."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A raw table with its values in one form, and by report the notes of changes and the refusals of broken cells."""

    raw: pa.Table
    notes: list[tuple[int, Note]]
    refusals: list[tuple[int, Refusal]]


def clean(kind: Kind, columns: dict[str, str], raw: pa.Table, place: str, *, is_new: bool = True) -> Cleaned:
    """Return the raw table of a kind with every matched column (field -> column) cleaned by its field's type.

    Entries of a ledger (`is_new` false) were accepted: they are cleaned as well, but nothing of them is rejected. There
    a key or a required field keeps its text where it would become empty.
    """
    raw, notes = without_totals(kind, columns, raw)
    raw, more, refusals = scaled(kind, columns, raw, place)
    notes += more
    days = _days_of(kind)
    for field in kind.fields:
        column = columns.get(field.name)
        if column is None:
            continue
        if is_new and field.type in _CODES and DAY_CELLS in raw.column_names:
            refusals += _days_in_codes(raw, column, place)
        change = _changes(
            field, raw.column(column), kind.reading.placeholders, is_new=is_new, needed=_needed(kind, field)
        )
        if change is None:
            continue
        values, codes, broken = change
        if codes.any():
            notes += _notes(field.name, raw, column, values, codes)
        refusals += _broken(field, raw, column, broken, place)
        if field.type == "instant":
            days_alone = pa.array(codes == _CODE_AT["no_time"])
            if field.name in days:
                raw = _with_days(raw, columns, days[field.name], pc.if_else(days_alone, values, _NOTHING))
            values = pc.if_else(days_alone, _NOTHING, values)
        raw = raw.set_column(raw.column_names.index(column), column, values)
    return Cleaned(raw, notes, refusals)


_NOTHING = pa.scalar(None, pa.string())
_ORDER = ("", "blanks", "width", "missing", "form", "synonym", "joined", "no_time", "error", "cut", "tail")
_CODE_AT = {code: at for at, code in enumerate(_ORDER)}
_BROKEN = (_CODE_AT["error"], _CODE_AT["cut"], _CODE_AT["tail"])


def _needed(kind: Kind, field: Field) -> bool:
    return field.required or field.name in kind.key


def _changes(
    field: Field, column: pa.ChunkedArray, placeholders: frozenset[str], *, is_new: bool, needed: bool
) -> tuple[pa.Array, np.ndarray, np.ndarray] | None:
    """Return the column as read, by row the code of its change (0: none), and by row whether its cell is broken.

    None where no value needs a look.
    """
    text = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_string(text.type):
        text = text.cast(pa.string())
    if is_usual(field, text, placeholders):
        return None
    encoded = text.dictionary_encode()
    read, codes = list[str | None](), list[int]()
    for value in encoded.dictionary.to_pylist():
        seen, code = read_value(field, value, placeholders)
        if not is_new and (code in ("error", "cut", "tail") or (seen is None and needed)):
            seen, code = canonical(field.type, value.strip(), is_name=field.is_name), ""
        read.append(seen)
        codes.append(_CODE_AT[code])
    if not any(codes) and read == encoded.dictionary.to_pylist():
        return None
    index = encoded.indices
    taken = pa.array(read, pa.string()).take(index)
    places = index.fill_null(len(codes)).to_numpy(zero_copy_only=False)
    by_row = np.array([*codes, 0], dtype=np.int8)[places]
    return taken, by_row, np.isin(by_row, _BROKEN)


def is_usual(field: Field, text: pa.Array, placeholders: frozenset[str]) -> bool:
    """Return whether no value of a column needs a closer look: its bytes, its lengths, no placeholder, no synonym."""
    if field.identifier or field.synonyms or not len(text):
        return bool(text.null_count == len(text))
    if _bytes_of(text).translate(None, _USUAL[field.type]):
        return False
    if lengths := _LENGTHS.get(field.type):
        shortest, longest = pc.min_max(pc.binary_length(text)).values()
        if shortest.is_valid and not (lengths[0] <= shortest.as_py() and longest.as_py() <= lengths[1]):
            return False
    return not bool(pc.any(pc.is_in(text, value_set=_spellings(placeholders))).as_py())


def _bytes_of(text: pa.Array) -> bytes:
    _, offsets, data = text.buffers()
    if data is None:
        return b""
    bounds = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    return memoryview(data)[bounds[0] : bounds[-1]].tobytes()


def _spellings(placeholders: frozenset[str]) -> pa.Array:
    forms = {form for word in placeholders for form in (word, word.upper(), word.lower(), word.capitalize())}
    return pa.array(sorted(forms | {"0" * n for n in range(3, 33)}), pa.string())


def read_value(field: Field, value: str, placeholders: frozenset[str]) -> tuple[str | None, str]:
    """Return what a text is read as in a field, and the code of the change ('' for none).

    None is a missing value. The codes `error`, `cut` and `tail` name a broken cell; its text is returned as it is.
    """
    text = value.strip(BLANK)
    code = "blanks" if text != value else ""
    if not text:
        return None, code
    if field.type in (*_CODES, "text") and text.upper() in ERRORS:
        return value, "error"
    plain = canonical(field.type, text, is_name=field.is_name)
    code = "width" if plain != text else code
    if is_missing(field, plain, placeholders):
        return None, "missing"
    if field.synonyms and (known := field.synonyms.get(plain.casefold())):
        return known, "synonym" if known != value else ""
    if field.type in _CODES or field.is_name:
        if CUT.fullmatch(plain):
            return value, "cut"
        if field.type in _CODES and TAIL.fullmatch(plain):
            return value, "tail"
    return _formed(field, plain, code)


def _formed(field: Field, plain: str, code: str) -> tuple[str, str]:
    """Return the text in its type's one form, where it has another that can be read in one way only."""
    form = _FORMS.get(field.type)
    read = (form(plain, field) or plain) if form else plain
    if field.type == "instant" and len(read) == len("2024-03-01") and day_of(read):
        return read, "no_time"
    return (read, "form") if read != plain else (plain, code)


def _code(text: str, field: Field) -> str:
    return identifier_of(field.identifier, text) if field.identifier else unquoted(text)


_FORMS: dict[str, Callable[[str, Field], str]] = {
    "day": lambda text, _: day_of(text),
    "instant": lambda text, _: instant_of(text),
    "code": _code,
    "entity": _code,
    "person": _code,
    "money": lambda text, _: number_of(text),
    "number": lambda text, _: number_of(text),
    "integer": lambda text, _: number_of(text).removesuffix(".0"),
}


def _days_of(kind: Kind) -> dict[str, str]:
    """Return instant -> the day that the kind fills from it."""
    filled = {f"CAST({f.name} AS DATE)": f.name for f in kind.fields if f.type == "instant"}
    return {filled[f.fills]: f.name for f in kind.fields if f.type == "day" and f.fills in filled}


def _with_days(raw: pa.Table, columns: dict[str, str], day: str, days: pa.Array) -> pa.Table:
    """Return the table with days without a time in the day field that an instant fills, where the row has no day of its own."""
    if day not in columns:
        columns[day] = day
        return raw.append_column(day, days)
    own = blank_to_null(raw.column(columns[day]).combine_chunks())
    return raw.set_column(raw.column_names.index(columns[day]), columns[day], pc.coalesce(own, days))


def _notes(name: str, raw: pa.Table, column: str, values: pa.Array, codes: np.ndarray) -> list[tuple[int, Note]]:
    reports = raw.column("report").to_numpy()
    found: list[tuple[int, Note]] = []
    for code in np.unique(codes[(codes > 0) & ~np.isin(codes, _BROKEN)]):
        rows = np.flatnonzero(codes == code)
        firsts, counts = np.unique(reports[rows], return_index=True, return_counts=True)[1:]
        for first, count in zip(firsts, counts, strict=True):
            at = int(rows[first])
            sent, line = raw.column(column)[at].as_py(), raw.column("line")[at].as_py()
            note = Note(_ORDER[code], name, int(count), int(line or 0), sent, values[at].as_py() or "")
            found.append((int(reports[at]), note))
    return found


def _broken(field: Field, raw: pa.Table, column: str, broken: np.ndarray, place: str) -> list[tuple[int, Refusal]]:
    refusals = []
    for at in np.flatnonzero(broken)[:1000].tolist():
        seen, line = raw.column(column)[at].as_py(), raw.column("line")[at].as_py()
        code = read_value(field, seen, frozenset())[1]
        refusals.append((raw.column("report")[at].as_py(), _refused(code, (place, line, column), seen)))
    return refusals


def _days_in_codes(raw: pa.Table, column: str, place: str) -> list[tuple[int, Refusal]]:
    """Return refusals of codes that a workbook has turned into days."""
    named = pc.fill_null(raw.column(DAY_CELLS), "")
    padded = pc.binary_join_element_wise("", named, "", BETWEEN)
    has = pc.match_substring(padded, f"{BETWEEN}{column}{BETWEEN}").to_numpy()
    rows = raw.select(["report", "line", column]).filter(pa.array(has)).slice(0, 1000).to_pylist()
    return [(r["report"], refusal("intake.value.day", (place, r["line"], column), r[column])) for r in rows]


def _refused(code: str, at: tuple[str, int | None, str], seen: str) -> Refusal:
    if code == "error":
        return refusal("intake.value.error", at, seen)
    return refusal("intake.value.cut", at, seen) if code == "cut" else refusal("intake.value.tail", at, seen)


def notes_of(report: int, notes: Sequence[tuple[int, Note]]) -> list[Note]:
    """Return the notes of one report, in the order of reading."""
    return [note for at, note in notes if at == report]
