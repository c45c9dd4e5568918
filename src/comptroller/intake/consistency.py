"""Consistency with the register: unknown entities, repeated keys, unmarked corrections, retractions of missing
facts.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.register_view import RegisterView

_MOST = 1000


def check_consistency(
    kinds: Mapping[str, Kind], tables: Mapping[str, pa.Table], known: RegisterView
) -> tuple[list[tuple[int, Refusal]], set[int]]:
    """Return refusals by report, and the reports that must wait because an earlier one of the batch brings what
    they need.
    """
    refusals: list[tuple[int, Refusal]] = []
    waits: set[int] = set()
    changed_entities = _changed_entities(kinds, tables)
    for name, table in tables.items():
        kind = kinds[name]
        for field in kind.fields:
            if field.type == "entity" and field.known:
                _entities(table, field.name, known, changed_entities, refusals, waits)
        _keys(kind, table, known, refusals, waits)
    return refusals, waits


def register_changes(kinds: Mapping[str, Kind], tables: Mapping[str, pa.Table]) -> int | None:
    """Return the first report of the batch that changes the register, after which another may speak for an
    entity; or None.
    """
    return min(_changed_entities(kinds, tables).values(), default=None)


def _changed_entities(kinds: Mapping[str, Kind], tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Return the entities that the batch itself adds or changes in the register, each with the first report
    that does so.
    """
    first_reports: dict[str, int] = {}
    for name, table in tables.items():
        registers = [f.name for f in kinds[name].fields if f.type == "entity" and f.name == name]
        for column in registers:
            pairs = zip(table.column(column).to_pylist(), table.column("report").to_pylist(), strict=True)
            for entity, report in pairs:
                if entity is not None:
                    first_reports[entity] = min(first_reports.get(entity, report), report)
    return first_reports


def _entities(  # noqa: PLR0913, PLR0917 - what one look collects
    table: pa.Table,
    column: str,
    known: RegisterView,
    changed_entities: dict[str, int],
    refusals: list[tuple[int, Refusal]],
    waits: set[int],
) -> None:
    values = table.column(column)
    looked = [
        e for e in pc.unique(values).to_pylist() if e is not None and (e in changed_entities or not known.is_known(e))
    ]
    if not looked:
        return
    mask = pc.is_in(values, value_set=pa.array(looked, pa.string()))
    rows = table.select(["report", "line", column]).filter(mask).to_pylist()
    for row in rows[: _MOST * 10]:
        entity, report = row[column], row["report"]
        if changed_entities.get(entity, report) < report:
            waits.add(report)
            continue
        if known.is_known(entity) or changed_entities.get(entity) == report:
            continue
        refusals.append((report, refusal("intake.sense.entity", ("", row["line"], column), entity)))


def _keys(
    kind: Kind, table: pa.Table, known: RegisterView, refusals: list[tuple[int, Refusal]], waits: set[int]
) -> None:
    """Add refusals of a key that is twice in a report, of a changed key without `correct`, and of corrections
    of nothing.
    """
    hashes = table.column("key_hash").to_numpy()
    reports = table.column("report").to_numpy()
    contents = table.column("content_hash").to_numpy()
    acts = table.column("act")
    order = np.lexsort((reports, hashes))
    again = np.zeros(len(hashes), dtype=bool)
    again[1:] = hashes[order][1:] == hashes[order][:-1]
    for position in np.flatnonzero(again):
        row, before = order[position], order[position - 1]
        if reports[row] == reports[before]:
            key = _key(kind, table, int(row))
            at = ("", int(table.column("line")[int(row)].as_py()), "+".join(kind.key))
            refusals.append((int(reports[row]), refusal("intake.sense.key_twice", at, key)))
        else:
            waits.add(int(reports[row]))
    standing, recorded = known.standing(kind.name, hashes)
    is_known = standing != 0
    stated = pc.equal(acts, "state").to_numpy(zero_copy_only=False)
    mends = pc.is_in(acts, value_set=pa.array(["correct", "retract"])).to_numpy(zero_copy_only=False)
    changed = is_known & stated & (recorded != contents)
    absent = ~is_known & mends
    for row in np.flatnonzero(changed)[:_MOST].tolist():
        at = ("", int(table.column("line")[row].as_py()), "+".join(kind.key))
        key = f"{_key(kind, table, row)} (entry {int(standing[row]) >> 20})"
        refusals.append((int(reports[row]), refusal("intake.sense.key_changed", at, key)))
    for row in np.flatnonzero(absent)[:_MOST].tolist():
        at = ("", int(table.column("line")[row].as_py()), "+".join(kind.key))
        key = _key(kind, table, row)
        refusals.append((int(reports[row]), refusal("intake.sense.key_absent", at, key)))


def _key(kind: Kind, table: pa.Table, row: int) -> str:
    return ", ".join(str(table.column(k)[row].as_py()) for k in kind.key)
