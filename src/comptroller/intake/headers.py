"""The columns of a table matched to the fields of a kind: by name or label, without blanks, widths and units."""

import difflib
from collections.abc import Iterable

from comptroller.model.kind import Field, Kind
from comptroller.model.labels import plain_label, unit_of
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text

ASIDE = ("report", "line", "seq", "act", "day_cells")
"""Columns of a raw table that are no field: the place of a row, its act, and which of its cells a workbook keeps as days."""
_COUNTED = ("money", "number", "integer")


def match_headers(kind: Kind, names: Iterable[str], place: str) -> tuple[dict[str, str], list[Refusal]]:
    """Return field name -> raw column, matched by name or by label, and refusals of unknown and repeated columns.

    A unit behind a label (`金额(万元)`) is passed over where the pack knows it; a column of row numbers, or of units, is
    no field and is left out.
    """
    known = _labels(kind)
    matched: dict[str, str] = {}
    refusals = []
    for column in names:
        label = plain_label(column)
        if column in ASIDE or (label not in known and label in kind.reading.row_numbers | kind.reading.unit_columns):
            continue
        field = known.get(label) or _without_unit(kind, known, label)
        if field is None or field in matched:
            refusals.append(_refused(kind, known, column, (place, None, column)))
        else:
            matched[field] = column
    return matched, refusals


def factor_of(kind: Kind, field: Field, column: str) -> int:
    """Return by what the amounts of a column are multiplied: the unit in its header; 1 where it has none.

    Raises KeyError for a unit that the pack does not know; `match_headers` lets none pass.
    """
    label = plain_label(column)
    if field.type not in _COUNTED or label in _labels(kind):
        return 1
    unit = unit_of(label)[1]
    return kind.reading.units[unit] if unit else 1


def unit_column(kind: Kind, names: Iterable[str]) -> str:
    """Return the column that holds the unit of each row's amounts; '' where there is none."""
    known = _labels(kind)
    labels = {name: plain_label(name) for name in names}
    return next((n for n, label in labels.items() if label in kind.reading.unit_columns and label not in known), "")


def _labels(kind: Kind) -> dict[str, str]:
    """Return plain label -> field or list, by name and by every language's label."""
    known: dict[str, str] = {}
    lists = {inner.name.removeprefix(f"{kind.name}_"): inner.title for inner in kind.lists}
    for name, title in {**{f.name: f.title for f in kind.fields}, **lists}.items():
        for label in (name, name.replace("_", " "), title.zh, title.en):
            known.setdefault(plain_label(label), name)
    return known


def _without_unit(kind: Kind, known: dict[str, str], label: str) -> str | None:
    base, unit = unit_of(label)
    name = known.get(base)
    if not unit or name is None or unit not in kind.reading.units:
        return None
    types = {field.name: field.type for field in kind.fields}
    fits = ("share",) if unit == "%" else _COUNTED
    return name if types.get(name) in fits else None


def _refused(kind: Kind, known: dict[str, str], column: str, at: tuple[str, int | None, str]) -> Refusal:
    near = difflib.get_close_matches(plain_label(column), known, 1)
    hint = f" ({near[0]}?)" if near else ""
    title = Text(zh=kind.title.zh, en=kind.name)
    return refusal("intake.shape.column", at, column, kind=title, hint=hint, fields=[f.name for f in kind.fields])
