"""The rows that rules read, in memory with indexes; the dockets that a change makes due; and the rows of due
dockets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.evaluation.due import EVERYTHING, Due, Spans
from comptroller.evaluation.hashes import Key, key_hashes
from comptroller.evaluation.plan import Group, Plan, columns_needed
from comptroller.evaluation.row_store import RowStore
from comptroller.model.policy import Rule
from comptroller.store.duck import DuckDb

_NEAR = (-2, -1, 1, 2)
"""The stretches near a row's own stretch: their rows may be within two windows of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table that were added, or that ended, with the hashes of their keys."""

    rows: pa.Table
    hashes: Mapping[str, NDArray[np.uint64]]


@dataclass(frozen=True, slots=True)
class Changes:
    """Added and ended rows, by table."""

    parts: Mapping[str, tuple[Part, ...]]


class WorkingSet:
    """Tables in memory by name, loaded from the books when first needed."""

    def __init__(self, duck: DuckDb, plan: Plan) -> None:
        """Begin empty."""
        self._duck = duck
        self._plan = plan
        self._tables: dict[str, RowStore] = {}
        self._members: dict[str, list[Group]] = {}
        for group in plan.groups:
            for table in group.tables:
                self._members.setdefault(table, []).append(group)

    def prepare(self, changing: Iterable[str]) -> None:
        """Load every table of every group that a change of those tables will touch; to be called before the change."""
        for table in changing:
            for group in self._members.get(table, ()):
                for needed in group.tables:
                    self._store(needed)

    def _store(self, table: str) -> RowStore:
        if table not in self._tables:
            store = RowStore(self._plan.pack.tables[table], self._plan.columns[table], self._keys(table))
            columns = ", ".join(f'"{c}"' for c in store.columns)
            for rows in self._duck.batches(f"SELECT {columns} FROM {table} ORDER BY fact"):
                store.add(rows)
            self._tables[table] = store  # only after all rows are read: a fault in between must not leave a part behind
        return self._tables[table]

    def _keys(self, table: str) -> dict[str, Key]:
        """Return the indexes of a table: one for each group's docket, each window's stretches, and each
        reference's columns.
        """
        keys: dict[str, Key] = {}
        for group in self._members.get(table, ()):
            keys[f"docket {group.label}"] = Key(group.docket)
            if group.window:
                keys[f"window {group.label}"] = Key(group.docket, group.window)
                for step in _NEAR:
                    keys[f"near {step} {group.label}"] = Key(group.docket, group.window, step)
            for rule in group.rules:
                if rule.judges == table:
                    for by in rule.references.values():
                        if by and set(by) <= set(self._plan.columns[table]):
                            keys[f"touch {'+'.join(by)}"] = Key(by)
        return keys

    def take_in(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> Changes:
        """Store the added rows and drop the ended ones; returns the rows of both."""
        parts: dict[str, list[Part]] = {}
        for table, new in added.items():
            store = self._tables.get(table)
            hashes = store.add(new) if store is not None else {}
            parts.setdefault(table, []).append(Part(new, hashes))
        for kind, facts in ended.items():
            for table, spec in self._plan.pack.tables.items():
                if kind in (table, spec.parent):
                    store = self._tables.get(table)
                    rows = store.take(store.end(facts)) if store is not None else self._ended_rows(table, facts)
                    keys = self._keys(table)
                    hashes_by_key = key_hashes(rows, keys.values())
                    hashes = {name: hashes_by_key[key] for name, key in keys.items()}
                    parts.setdefault(table, []).append(Part(rows, hashes))
        return Changes({table: tuple(table_parts) for table, table_parts in parts.items()})

    def _ended_rows(self, table: str, facts: NDArray[np.int64]) -> pa.Table:
        """Return the rows of facts that ended, from the books."""
        self._duck.register("gone_facts", pa.table({"fact": facts}))
        columns = ", ".join(f'"{c}"' for c in self._plan.pack.tables[table].columns)
        rows = self._duck.arrow(f"SELECT {columns} FROM all_{table} WHERE fact IN (SELECT fact FROM gone_facts)")
        self._duck.unregister("gone_facts")
        return rows

    def due(
        self, group: Group, changes: Changes, renewed: Mapping[str, tuple[str, ...] | None]
    ) -> tuple[Due, set[str]]:
        """Return what is due in a group, and the names of its rules that must be judged over everything."""
        touched = frozenset(t for t in group.tables if t in changes.parts)
        everything: set[str] = set()
        through: set[str] = set()
        through_references: list[NDArray[np.uint64]] = []
        for rule in group.rules:
            for table, by in rule.references.items():
                if table not in changes.parts and table not in renewed:
                    continue
                dockets = self._touched_dockets(group, rule, by, changes.parts.get(table, ()), renewed.get(table, ()))
                if dockets is None:
                    everything.add(rule.name)
                elif len(dockets):
                    through.add(rule.name)
                    through_references.append(dockets)
        referenced = (
            np.unique(np.concatenate(through_references)) if through_references else np.empty(0, dtype=np.uint64)
        )
        parts = [part for table in sorted(touched) for part in changes.parts[table]]
        label = f"docket {group.label}"
        dockets = (
            np.unique(np.concatenate([*(part.hashes[label] for part in parts), referenced])) if parts else referenced
        )
        dockets = dockets[dockets != 0]
        rules = frozenset(through)
        if group.window is None:
            return Due(dockets, touched, rules), everything
        return Due(dockets, touched, rules, *_reach(group, parts, referenced), referenced), everything

    def _touched_dockets(
        self,
        group: Group,
        rule: Rule,
        by: tuple[str, ...],
        parts: tuple[Part, ...],
        entities: tuple[str, ...] | None,
    ) -> NDArray[np.uint64] | None:
        """Return the dockets that a change of a reference touches through its columns; None for all."""
        if not by or entities is None or not set(by) <= set(self._plan.columns[rule.judges]):
            return None
        hashes = [_hashes(part.rows, by) for part in parts]
        if entities:
            if by != ("entity",):
                return None
            hashes.append(_hashes(pa.table({"entity": pa.array(entities, pa.string())}), by))
        if not hashes:
            return np.empty(0, dtype=np.uint64)
        for table in group.tables:
            self._store(table)
        store = self._store(rule.judges)
        rows = store.rows_of(f"touch {'+'.join(by)}", np.unique(np.concatenate(hashes)))
        return np.unique(_hashes(store.take(rows, (*group.docket, "fact")), group.docket))

    def rows(self, group: Group, due: Due, tables: Iterable[str]) -> dict[str, NDArray[np.int64]]:
        """Return by table the rows of a group's due dockets; with a window, those within two windows of a due day."""
        rows_by_table: dict[str, NDArray[np.int64]] = {}
        for table in tables:
            store, docket = self._store(table), f"docket {group.label}"
            if group.window is None:
                rows_by_table[table] = store.rows_of(docket, due.dockets)
            else:
                rows_by_table[table] = store.rows_of(f"window {group.label}", due.windows)
                if len(due.whole):
                    rows_by_table[table] = np.union1d(rows_by_table[table], store.rows_of(docket, due.whole))
        return rows_by_table

    def scope(self, wanted: Iterable[Mapping[str, NDArray[np.int64]]], rules: Iterable[Rule]) -> dict[str, pa.Table]:
        """Return the wanted rows by table, each once, with the columns that the rules read."""
        rows: dict[str, list[NDArray[np.int64]]] = {}
        for by_table in wanted:
            for table, row_sets in by_table.items():
                rows.setdefault(table, []).append(row_sets)
        columns = columns_needed(rules, self._plan.pack.tables)
        return {
            table: self._store(table).take(
                row_sets[0] if len(row_sets) == 1 else np.unique(np.concatenate(row_sets)), columns[table]
            )
            for table, row_sets in sorted(rows.items())
        }


def _reach(group: Group, parts: list[Part], complete: NDArray[np.uint64]) -> tuple[Spans, NDArray[np.uint64]]:
    """Return the due days of each docket, and the hashes of the stretches with the rows that they need."""
    assert group.window is not None
    days_apart, on = group.window.days, group.window.on
    dockets, starts, ends = [complete], [np.full(len(complete), EVERYTHING[0])], [np.full(len(complete), EVERYTHING[1])]
    windows: list[NDArray[np.uint64]] = [np.empty(0, dtype=np.uint64)]
    for part in parts:
        hashes = part.hashes[f"window {group.label}"]
        keep = hashes != 0
        if not keep.any():
            continue
        days = part.rows.column(on).cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy().astype(np.int64)[keep]
        dockets.append(part.hashes[f"docket {group.label}"][keep])
        starts.append(days - days_apart)
        ends.append(days + days_apart)
        windows.append(hashes[keep])
        windows += [part.hashes[f"near {step} {group.label}"][keep] for step in _NEAR]
    spans = (np.concatenate(dockets), np.concatenate(starts), np.concatenate(ends))
    return spans, np.unique(np.concatenate(windows))


def _hashes(rows: pa.Table, columns: tuple[str, ...]) -> NDArray[np.uint64]:
    return key_hashes(rows, [Key(columns)])[Key(columns)]
