"""The tables that rules read, held with their indexes; what a change makes due in each group; and the rows of due dockets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.model.policy import Rule, Window
from comptroller.store.duck import Duck
from comptroller.watch.due import EVERYTHING, Due
from comptroller.watch.held import Held
from comptroller.watch.plan import Group, Plan

_AROUND = 2
"""How many stretches before and after a day's own hold the rows within two windows of it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that came and rows that ended, by table."""

    rows: Mapping[str, tuple[pa.Table, ...]]


class Holding:
    """Held tables by name, loaded from the books when first needed."""

    def __init__(self, duck: Duck, plan: Plan) -> None:
        """Begin with nothing held."""
        self._duck = duck
        self._plan = plan
        self._tables: dict[str, Held] = {}
        self._members: dict[str, list[Group]] = {}
        for group in plan.groups:
            for table in group.tables:
                self._members.setdefault(table, []).append(group)

    def prepare(self, changing: Iterable[str]) -> None:
        """Hold every table of every group that a change of those tables will touch; to be called before the change."""
        for table in changing:
            for group in self._members.get(table, ()):
                for one in group.tables:
                    self._held(one)

    def _held(self, table: str) -> Held:
        if table not in self._tables:
            held = self._tables[table] = Held(self._plan.pack.tables[table], self._plan.columns[table], self._keys(table))
            columns = ", ".join(f'"{c}"' for c in held.columns)
            rows = self._duck.arrow(f"SELECT {columns} FROM {table} ORDER BY fact")
            if rows.num_rows:
                held.add(self._duck, rows)
        return self._tables[table]

    def _keys(self, table: str) -> dict[str, str]:
        """Give the indexes of a table: one a group's docket, one a window's stretches, one a reference's columns."""
        keys: dict[str, str] = {}
        for group in self._members.get(table, ()):
            keys[f"docket {group.label}"] = _hash(group.docket)
            if group.window:
                keys[f"window {group.label}"] = _hash(group.docket, _stretch(group.window))
            for rule in group.rules:
                if rule.judges == table:
                    for by in rule.references.values():
                        if by and set(by) <= set(self._plan.columns[table]):
                            keys[f"touch {'+'.join(by)}"] = _hash(by)
        return keys

    def take_in(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> Changes:
        """Hold what came and let go what ended; gives the rows of both."""
        rows: dict[str, list[pa.Table]] = {}
        for table, new in added.items():
            if table in self._tables:
                self._tables[table].add(self._duck, new)
            rows.setdefault(table, []).append(new)
        for kind, facts in ended.items():
            for table, spec in self._plan.pack.tables.items():
                if kind in (table, spec.parent):
                    if table in self._tables:
                        held = self._tables[table]
                        rows.setdefault(table, []).append(held.take(held.end(facts)))
                    else:
                        rows.setdefault(table, []).append(self._gone(table, facts))
        return Changes({table: tuple(parts) for table, parts in rows.items()})

    def _gone(self, table: str, facts: NDArray[np.int64]) -> pa.Table:
        """Give the rows of facts that ended, from the books."""
        self._duck.register("gone_facts", pa.table({"fact": facts}))
        columns = ", ".join(f'"{c}"' for c in self._plan.pack.tables[table].columns)
        rows = self._duck.arrow(f"SELECT {columns} FROM all_{table} WHERE fact IN (SELECT fact FROM gone_facts)")
        self._duck.unregister("gone_facts")
        return rows

    def due(
        self, group: Group, changes: Changes, renewed: Mapping[str, tuple[str, ...] | None]
    ) -> tuple[Due, set[str]]:
        """Give what is due in a group, and the rules of it that are to be judged over everything."""
        touched = frozenset(t for t in group.tables if t in changes.rows)
        everything: set[str] = set()
        through: set[str] = set()
        found: list[NDArray[np.uint64]] = []
        for rule in group.rules:
            for table, by in rule.references.items():
                if table not in changes.rows and table not in renewed:
                    continue
                dockets = self._touched(group, rule, by, changes.rows.get(table, ()), renewed.get(table, ()))
                if dockets is None:
                    everything.add(rule.name)
                elif len(dockets):
                    through.add(rule.name)
                    found.append(dockets)
        whole = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.uint64)
        direct = [self._hash_rows(rows, _hash(group.docket)) for t in touched for rows in changes.rows[t]]
        dockets = np.unique(np.concatenate([*direct, whole])) if direct or len(whole) else whole
        dockets = dockets[dockets != 0]
        rules = frozenset(through)
        if group.window is None:
            return Due(dockets, touched, rules), everything
        spans, windows = self._spans(group, [rows for t in touched for rows in changes.rows[t]], whole)
        return Due(dockets, touched, rules, spans, windows, whole), everything

    def _touched(
        self,
        group: Group,
        rule: Rule,
        by: tuple[str, ...],
        rows: tuple[pa.Table, ...],
        entities: tuple[str, ...] | None,
    ) -> NDArray[np.uint64] | None:
        """Give the dockets that a change of a reference touches by its columns; None for all."""
        if not by or entities is None or not set(by) <= set(self._plan.columns[rule.judges]):
            return None
        hashes = [self._hash_rows(part, _hash(by)) for part in rows]
        if entities:
            if by != ("entity",):
                return None
            hashes.append(self._hash_rows(pa.table({"entity": pa.array(entities, pa.string())}), _hash(by)))
        if not hashes:
            return np.empty(0, dtype=np.uint64)
        for one in group.tables:
            self._held(one)
        held = self._held(rule.judges)
        found = held.rows_of(f"touch {'+'.join(by)}", np.unique(np.concatenate(hashes)))
        return np.unique(self._hash_rows(held.take(found, (*group.docket, "fact")), _hash(group.docket)))

    def _hash_rows(self, rows: pa.Table, sql: str) -> NDArray[np.uint64]:
        self._duck.register("hashed_rows", rows)
        found = self._duck.arrow(f"SELECT coalesce({sql}, 0::UBIGINT) AS h FROM hashed_rows")
        self._duck.unregister("hashed_rows")
        hashes: NDArray[np.uint64] = found.column("h").to_numpy()
        return hashes

    def _spans(
        self, group: Group, parts: list[pa.Table], whole: NDArray[np.uint64]
    ) -> tuple[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]], NDArray[np.uint64]]:
        """Give the due days of each docket, and the hashes of the stretches whose rows they need."""
        assert group.window is not None
        window = group.window
        dockets, starts, ends = [whole], [np.full(len(whole), EVERYTHING[0])], [np.full(len(whole), EVERYTHING[1])]
        windows: list[NDArray[np.uint64]] = []
        needed = dict.fromkeys((*group.docket, window.on))
        for rows in parts:
            self._duck.register("hashed_rows", rows.select(list(needed)))
            near = ", ".join(
                f"{_hash(group.docket, f'{_stretch(window)} + {step}')} AS w{step + _AROUND}"
                for step in range(-_AROUND, _AROUND + 1)
            )
            sql = f"SELECT {_hash(group.docket)} AS h, {_days(window)} AS d, {near} FROM hashed_rows WHERE {_days(window)} IS NOT NULL AND {_hash(group.docket)} IS NOT NULL"
            found = self._duck.arrow(f"SELECT DISTINCT * FROM ({sql})")
            self._duck.unregister("hashed_rows")
            days = found.column("d").to_numpy().astype(np.int64)
            dockets.append(found.column("h").to_numpy())
            starts.append(days - window.days)
            ends.append(days + window.days)
            windows += [found.column(f"w{i}").to_numpy() for i in range(2 * _AROUND + 1)]
        spans = (np.concatenate(dockets), np.concatenate(starts), np.concatenate(ends))
        return spans, np.unique(np.concatenate(windows)) if windows else np.empty(0, dtype=np.uint64)

    def scope(self, group: Group, due: Due, tables: Iterable[str]) -> dict[str, pa.Table]:
        """Give the rows of due dockets by table; with a window, the rows within two windows of a due day."""
        scoped: dict[str, pa.Table] = {}
        for table in sorted(tables):
            held = self._held(table)
            if group.window is None:
                rows = held.rows_of(f"docket {group.label}", due.dockets)
            else:
                near = held.rows_of(f"window {group.label}", due.windows)
                rows = np.union1d(near, held.rows_of(f"docket {group.label}", due.whole)) if len(due.whole) else near
            scoped[table] = held.take(rows)
        return scoped


def _hash(columns: Iterable[str], *more: str) -> str:
    """Give the SQL hash of columns and further expressions; null where one of them is null, and never 0."""
    named = [f'"{c}"' for c in columns]
    some = " OR ".join(f"({one}) IS NULL" for one in [*named, *more])
    return f"CASE WHEN {some} THEN NULL ELSE greatest(hash({', '.join([*named, *more])}), 1::UBIGINT) END"


def _days(window: Window) -> str:
    return f"(CAST(\"{window.on}\" AS DATE) - DATE '1970-01-01')"


def _stretch(window: Window) -> str:
    return f"CAST(floor({_days(window)} / {window.days}.0) AS BIGINT)"


