"""Amounts in units of ten thousand and the like become plain ones; rows of totals are left out."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from comptroller.intake.headers import ASIDE, factor_of, unit_column
from comptroller.intake.raw_table import Note
from comptroller.intake.value_forms import BLANK, number_of
from comptroller.model.kind import Field, Kind
from comptroller.model.labels import plain_label
from comptroller.model.refusal import Refusal, refusal

_AMOUNTS = ("money",)
_FIRST_COLUMNS = 4
"""The word for a total is in one of the first columns."""


def scaled(
    kind: Kind, columns: dict[str, str], raw: pa.Table, place: str
) -> tuple[pa.Table, list[tuple[int, Note]], list[tuple[int, Refusal]]]:
    """Return the raw table with amounts of money in the unit of their field, with notes, and refusals of unknown units.

    The unit is in a column's header, or in a column of units; where both are, the header's counts.
    """
    by_row = unit_column(kind, raw.column_names)
    fields = [f for f in kind.fields if f.type in _AMOUNTS and f.name in columns]
    factors = {f.name: factor_of(kind, f, columns[f.name]) for f in fields}
    if not by_row and all(factor == 1 for factor in factors.values()):
        return raw, [], []
    units, refusals = _units(kind, raw, by_row, place) if by_row else (None, [])
    notes: list[tuple[int, Note]] = []
    for field in fields:
        factor = factors[field.name]
        rows = np.full(raw.num_rows, factor, dtype=np.int64) if factor != 1 or units is None else units
        if (rows != 1).any():
            column = columns[field.name]
            values = _times(raw.column(column).to_pylist(), rows)
            notes += list(_notes(field, raw, column, values, rows))
            raw = raw.set_column(raw.column_names.index(column), column, pa.array(values, pa.string()))
    return raw, notes, refusals


def _units(kind: Kind, raw: pa.Table, column: str, place: str) -> tuple[np.ndarray, list[tuple[int, Refusal]]]:
    """Return the factor of each row by its unit; a row without a unit counts as it is."""
    words = raw.column(column).to_pylist()
    known = {word: kind.reading.units.get(plain_label(word)) for word in set(words) if word and word.strip(BLANK)}
    refusals = []
    for at in [at for at, word in enumerate(words) if word in known and known[word] is None][:1000]:
        line, report = raw.column("line")[at].as_py(), raw.column("report")[at].as_py()
        units = sorted(kind.reading.units)
        refusals.append((report, refusal("intake.value.unit", (place, line, column), words[at], units=units)))
    return np.array([known.get(word) or 1 for word in words], dtype=np.int64), refusals


def _times(texts: list[str | None], factors: np.ndarray) -> list[str | None]:
    """Return numbers multiplied exactly; a text that is no number is left as it is, for its type to reject."""
    products: list[str | None] = []
    for text, factor in zip(texts, factors.tolist(), strict=True):
        try:
            plain = number_of(text.strip(BLANK)) if text and factor != 1 else ""
            products.append(format((Decimal(plain) * factor).normalize(), "f") if plain else text)
        except InvalidOperation:
            products.append(text)
    return products


def _notes(
    field: Field, raw: pa.Table, column: str, values: list[str | None], rows: np.ndarray
) -> Iterator[tuple[int, Note]]:
    reports = raw.column("report").to_numpy()
    for report in np.unique(reports[rows != 1]).tolist():
        places = np.flatnonzero((reports == report) & (rows != 1))
        at = int(places[0])
        sent, line = raw.column(column)[at].as_py(), raw.column("line")[at].as_py()
        yield report, Note("unit", field.name, len(places), int(line), f"{sent} ({column})", values[at] or "")


def without_totals(kind: Kind, columns: dict[str, str], raw: pa.Table) -> tuple[pa.Table, list[tuple[int, Note]]]:
    """Return the raw table without rows of totals: they begin with a word for one and lack a part of the key."""
    if not kind.reading.totals or any(key not in columns for key in kind.key):
        return raw, []
    texts = [name for name in raw.column_names if name not in ASIDE][:_FIRST_COLUMNS]
    words = pa.array(sorted({form for w in kind.reading.totals for form in (w, w.upper(), w.title(), w.capitalize())}))
    begins = np.zeros(raw.num_rows, dtype=np.bool_)
    for name in texts:
        cell = pc.replace_substring_regex(raw.column(name), r"[\s\x{3000}:\x{ff1a}]", "")
        begins |= pc.fill_null(pc.is_in(cell, value_set=words), False).to_numpy(zero_copy_only=False)
    if not begins.any():
        return raw, []
    keyed = np.ones(raw.num_rows, dtype=np.bool_)
    for key in kind.key:
        column = raw.column(columns[key])
        is_word = begins & pc.fill_null(pc.is_in(column, value_set=words), False).to_numpy(zero_copy_only=False)
        keyed &= pc.is_valid(column).to_numpy(zero_copy_only=False) & ~is_word
    left_out = begins & ~keyed
    notes = []
    for at in np.flatnonzero(left_out).tolist():
        cells = [raw.column(name)[at].as_py() for name in texts]
        report, line = raw.column("report")[at].as_py(), raw.column("line")[at].as_py()
        notes.append((report, Note("total", "", 1, int(line), " ".join(cell for cell in cells if cell), "")))
    return raw.filter(pa.array(~left_out)), notes
