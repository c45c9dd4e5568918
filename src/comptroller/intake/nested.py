"""Tables of a file matched to kinds; the lines of a nested list in its own table join the row of their fact."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from comptroller.intake.headers import match_headers
from comptroller.intake.raw_table import LINE, RawTable
from comptroller.model.kind import Kind
from comptroller.model.near import did_you_mean
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text, message


def by_kind(raws: Sequence[RawTable], kinds: Mapping[str, Kind], named: str) -> tuple[list[RawTable], list[Refusal]]:
    """Return one raw table for each table of a kind, named by kind; tables of nested lists are merged into their kind's
    rows.

    A table is named by the kind's name, its title in either language, or `<kind>_<field>`. One without a name is of the
    kind `named`. Rejects tables of no kind, and lines of a list without their fact in the file.
    """
    names = {
        label.lower(): kind for kind in kinds.values() for label in (kind.name, kind.title.zh, kind.title.en) if label
    }
    inner = {i.name[:31]: i for kind in kinds.values() for i in kind.lists}
    inner |= {i.name: i for i in inner.values()}
    matched: list[RawTable] = []
    waiting: list[tuple[Kind, RawTable]] = []
    refusals: list[Refusal] = []
    for raw in raws:
        name = raw.kind or named
        if not raw.table.num_rows and name.lower() not in names:
            continue
        if name.lower() in names:
            matched.append(replace(raw, kind=names[name.lower()].name))
        elif name in inner:
            waiting.append((inner[name], raw))
        elif len(raws) > 1 and named.lower() in names and not any(r.kind == named for r in raws):
            matched.append(replace(raw, kind=names[named.lower()].name))
        else:
            refusals.append(unknown_kind(name, raw.place, kinds))
    for inner_kind, raw in waiting:
        refusals += _join(inner_kind, raw, matched, kinds)
    return matched, refusals


def unknown_kind(kind: str, place: str, kinds: Mapping[str, Kind]) -> Refusal:
    """Return the refusal of a name that no kind has."""
    fix = message("intake.kind:fix")
    near = did_you_mean(kind, kinds, (fix.zh, fix.en))
    return refusal("intake.kind", (place, None, "kind"), kind or "-", None, near, kinds=sorted(kinds))


def _join(inner: Kind, raw: RawTable, matched: list[RawTable], kinds: Mapping[str, Kind]) -> list[Refusal]:
    """Fold the lines of a list into the rows of their facts, as JSON in one column; the facts are found by their key."""
    columns, refusals = match_headers(inner, raw.table.column_names, raw.place)
    outer = kinds[inner.parent]
    name = inner.name.removeprefix(f"{outer.name}_")
    missing = [k for k in outer.key if k not in columns]
    if refusals or missing:
        return refusals or [refusal("intake.nested.key", (raw.place, None, missing[0]), "-", columns=outer.key)]
    lines: dict[tuple[str | None, ...], list[dict[str, str]]] = {}
    places: dict[tuple[str | None, ...], int] = {}
    own = [f.name for f in inner.fields if f.name not in inner.carries and f.name in columns]
    for row in raw.table.to_pylist():
        key = tuple(row[columns[k]] for k in outer.key)
        places.setdefault(key, row[LINE])
        lines.setdefault(key, []).append({f: row[columns[f]] for f in own if row[columns[f]] is not None})
    for at, table in enumerate(matched):
        if table.kind == outer.name and lines:
            matched[at] = _with_list(outer, table, name, lines)
    label = Text(zh=outer.title.zh, en=outer.name)
    return [
        refusal("intake.nested.stray", (raw.place, places[key], "+".join(outer.key)), key, kind=label) for key in lines
    ]


def _with_list(
    outer: Kind, raw: RawTable, name: str, lines: dict[tuple[str | None, ...], list[dict[str, str]]]
) -> RawTable:
    """Return the raw table with the lists that belong to its rows; these are taken out of `lines`."""
    columns, refusals = match_headers(outer, raw.table.column_names, raw.place)
    if refusals or any(k not in columns for k in outer.key):
        return raw
    keys = list(zip(*(raw.table.column(columns[k]).to_pylist() for k in outer.key), strict=True))
    cells = [json.dumps(lines[key], ensure_ascii=False) if key in lines else None for key in keys]
    for key in keys:
        lines.pop(key, None)
    column = pa.array(cells, pa.string())
    present = columns.get(name)
    if present is not None:
        return replace(raw, table=raw.table.set_column(raw.table.column_names.index(present), present, column))
    return replace(raw, table=raw.table.append_column(name, column))
