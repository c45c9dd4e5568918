"""The tables that are made from the graph: written where they differ, with the rows that came and went.

Graph work is done only when a fact of its kinds comes or ends, or when the day comes that one begins or ends.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from comptroller.books.facts.stored_rows import StoredRows
from comptroller.books.facts.tables import GOVERNANCE
from comptroller.books.flows.cycle_rows import CycleRows
from comptroller.books.flows.cycle_streams import FLOWS
from comptroller.books.flows.fan_rows import FanRows
from comptroller.books.ownership.bases import KINDS
from comptroller.books.ownership.control_groups import regrouped
from comptroller.books.ownership.control_periods import TABLE as CONTROL_PERIOD, ControlPeriods
from comptroller.books.ownership.control_rows import (
    COLUMNS,
    PARTS_SQL,
    ControlEvidence,
    apart,
    evidence_of,
    in_order,
    limits,
    parts_of,
    roots_of,
    share_table,
    table_of,
)
from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.books.relations.related_rows import Related
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

Rows = Mapping[str, pa.Table]
Facts = Mapping[str, NDArray[np.int64]]
_ABOUT = {"related": "party", "trade_cycle": "leg", "flow_fan": "leg", "guarantee_circle": "guarantee"}
"""The column that rules match under any other name; for other tables it is the entity."""
_TABLES = (*COLUMNS, *_ABOUT, CONTROL_PERIOD, *GOVERNANCE)


class Graph:
    """The graph of one node's books, and its tables."""

    def __init__(self, duck: DuckDb, pack: Pack, is_registered: Callable[[str], bool]) -> None:
        """Begin with nothing read."""
        self._duck, self._pack, self._is_registered = duck, pack, is_registered
        self._capital: OwnershipGraph | None = None
        self._stored: dict[str, StoredRows] = {}
        self._was = ControlEvidence()
        self._cycles, self._related, self._periods = (
            CycleRows(duck, pack),
            Related(duck, pack),
            ControlPeriods(duck, pack),
        )
        self._fans = FanRows(duck, pack)
        self._aliases = _aliases(pack)

    @property
    def is_open(self) -> bool:
        """Return whether the stakes are in memory."""
        return self._capital is not None

    @property
    def day(self) -> dt.date | None:
        """Return the day of the tables: the clock's."""
        return self._today() if self._capital is None else self._capital.day

    @property
    def capital(self) -> OwnershipGraph:
        """Return the stakes in memory, as of the clock's day; read from the books on first use."""
        if self._capital is None:
            self._capital = OwnershipGraph(self._duck, self._pack, self._today())
            self._capital.is_registered = self._is_registered
            entities = np.arange(len(self._capital.parties), dtype=np.int32)
            self._capital.learn(entities, self._stored_roots())
        return self._capital

    def rebuild(self, since: int) -> None:
        """Write every table afresh, as from an entry on."""
        if "stake" in self._pack.kinds:
            for table in COLUMNS:
                self._duck.execute(f"DELETE FROM {table}")
            self._capital, self._stored = OwnershipGraph(self._duck, self._pack, self._today()), {}
            self._capital.is_registered = self._is_registered
            entities = np.arange(len(self.capital.parties), dtype=np.int32)
            now = evidence_of(self.capital, entities, limits(self.capital, entities))
            for table in COLUMNS:
                self._table(table).put(entities, *now.table(self.capital, table), since)
            self.capital.learn(entities, now.roots)
        self._cycles.rebuild()
        self._fans.rebuild()
        self._related.rebuild()
        self._periods.rebuild()

    def prepare(self, kinds: Iterable[str]) -> None:
        """Read the current state before facts of those kinds are folded, where the graph is made of them."""
        coming = set(kinds)
        if not coming.isdisjoint(KINDS) and "stake" in self._pack.kinds:
            assert self.capital
        if self._cycles.concerns(coming):
            self._cycles.prepare(coming)
        if self._fans.concerns(coming):
            self._fans.prepare(coming)
        if self._related.concerns(coming):
            self._related.prepare()
        if self._periods.concerns(coming):
            self._periods.prepare()

    def fold(self, added: Rows, ended: Facts, since: int) -> dict[str, pa.Table]:
        """Move with the facts that came and ended with an entry; return the rows that came or went, by table."""
        coming = {*added, *ended}
        changed: dict[str, pa.Table] = {}
        if not coming.isdisjoint(KINDS) and self._capital is not None:
            changed |= self._put(self.capital.move(added, ended, self._look), since)
        if self._cycles.concerns(coming):
            circles = self._cycles.fold(added, ended)
            changed |= {table: self._named(table, rows) for table, rows in circles.items()}
        self._regroup(changed, regrouped(self._duck, added, ended) if "stake" in self._pack.kinds else set())
        if self._fans.concerns(coming):
            fans = self._fans.fold(added, ended)
            if fans is not None and fans.num_rows:
                changed["flow_fan"] = self._named("flow_fan", fans)
        if self._related.concerns(coming):
            ways = self._related.fold(added, ended)
            if ways is not None and ways.num_rows:
                changed["related"] = self._named("related", ways)
        if self._periods.concerns(coming):
            periods = self._periods.fold(added, ended)
            if periods is not None and periods.num_rows:
                changed[CONTROL_PERIOD] = self._named(CONTROL_PERIOD, periods)
        return changed

    def tick(self, day: dt.date, since: int) -> dict[str, pa.Table]:
        """Move to a day, which the clock shows already, with an entry; return the rows that came or went, by table."""
        before = self._capital.day if self._capital else None
        if before == day or "stake" not in self._pack.kinds:
            return {}
        changed = self._put(self.capital.turn(day, self._look), since)
        self._regroup(changed, set())
        return changed

    def _regroup(self, changed: dict[str, pa.Table], parties: set[str]) -> None:
        """Move circles after their parties changed control or group; rows that came and went are added to `changed`."""
        if "controls" in changed:
            parties = parties | set(pc.unique(changed["controls"].column("entity")).to_pylist())
        if not parties:
            return
        rows = self._cycles.regroup(parties)
        if rows is not None and rows.num_rows:
            before = [changed["trade_cycle"]] if "trade_cycle" in changed else []
            changed["trade_cycle"] = pa.concat_tables([*before, self._named("trade_cycle", rows)])

    def _today(self) -> dt.date | None:
        rows = self._duck.rows("SELECT today FROM clock")
        return rows[0][0] if rows else None

    def _look(self, entities: NDArray[np.int32]) -> None:
        """Note the rows about those entities before anything moves.

        Which shares are stored depends on the register, which has moved already: for them the books are read.
        """
        was, stored = (
            evidence_of(self.capital, entities, limits(self.capital, entities)),
            self._table("effective_share"),
        )
        is_kept, is_said = stored.has(entities), np.isin(entities, was.shares[:, 0])
        shares = was.shares[~np.isin(was.shares[:, 0], entities[~is_kept])]
        if (is_kept & ~is_said).any():
            more = stored.read(entities[is_kept & ~is_said], PARTS_SQL)
            shares = in_order(np.concatenate((shares, parts_of(self.capital, more))))
        self._was = replace(was, shares=shares)

    def _put(self, entities: NDArray[np.int32], since: int) -> dict[str, pa.Table]:
        """Write the current rows about entities that `_look` noted; return the rows that came or went, by table."""
        if not len(entities):
            return {}
        now = evidence_of(self.capital, entities, limits(self.capital, entities))
        self.capital.learn(entities, now.roots)
        changed = {}
        for table, (rows, differ) in apart(self._was, now).items():
            fresh, about = now.table(self.capital, table, differ)
            self._table(table).put(differ, fresh, about, since)
            turned = share_table(self.capital, rows) if isinstance(rows, np.ndarray) else table_of(table, rows)
            changed[table] = self._named(table, turned)
            if table == "controls":
                changed |= {name: self._named(name, turned) for name in GOVERNANCE}
                self._note_turns(differ.tolist(), now, since)
        return changed

    def _note_turns(self, entities: list[int], now: ControlEvidence, since: int) -> None:
        """Write who gained or lost control with this entry; another basis or chain is no turn."""
        turns = []
        for entity in entities:
            was, has = (
                {row[0]: row for row in evidence.rows["controls"].get(entity, ())} for evidence in (self._was, now)
            )
            for owner in sorted(was.keys() ^ has.keys()):
                row, word = (has[owner], "gained") if owner in has else (was[owner], "lost")
                turns.append((owner, row[1], word, row[2], row[5], self.capital.day, since))
        if turns:
            names = ("owner", "entity", "turn", "basis", "path", "day", "entry")
            forms = {"day": pa.date32(), "entry": pa.int64()}
            columns = zip(names, zip(*turns, strict=True), strict=True)
            self._duck.insert("control_turn", pa.table({n: pa.array(c, forms.get(n, pa.string())) for n, c in columns}))

    def _stored_roots(self) -> dict[int, int]:
        """Return the root of each controlled entity, as the books have it."""
        rows = self._duck.arrow("SELECT entity, owner, CAST(is_ring AS INTEGER) AS is_ring FROM ultimate_controller")
        entity, owner = (self.capital.parties.numbers(rows.column(c).to_pylist()) for c in ("entity", "owner"))
        return roots_of(entity, owner, rows.column("is_ring").to_numpy())

    def _table(self, name: str) -> StoredRows:
        if name not in self._stored:
            self._stored[name] = StoredRows(self._duck, name, self.capital.parties)
        return self._stored[name]

    def _reported(self, rows: pa.Table) -> pa.Table:
        """Return rows of legs with the reporting entity of each, which decides its docket: it may be no party
        of the leg.
        """
        for flow in sorted(set(rows.column("flow").to_pylist())):
            if FLOWS[flow].payer != "entity":
                self._duck.register("leg_rows", rows)
                sql = (
                    "SELECT r.* REPLACE (coalesce(f.entity, r.entity) AS entity) FROM leg_rows AS r "
                    f"LEFT JOIN all_{flow} AS f ON f.fact = r.fact AND r.flow = '{flow}'"
                )
                rows = self._duck.few(sql)
                self._duck.unregister("leg_rows")
        return rows

    def _named(self, table: str, rows: pa.Table) -> pa.Table:
        """Return the rows with their subject also under the other names that rules refer to."""
        if "flow" in rows.column_names:
            rows = self._reported(rows)
        for alias in sorted(self._aliases.get(table, set()) - set(rows.column_names)):
            rows = rows.append_column(alias, rows.column(_ABOUT.get(table, "entity")))
        return rows


def _aliases(pack: Pack) -> dict[str, set[str]]:
    """Return by table of the graph the columns that rules refer to."""
    aliases: dict[str, set[str]] = {}
    for rule in pack.rules.values():
        for table, by in rule.references.items():
            if table in _TABLES:
                aliases.setdefault(table, set()).update(by)
    return aliases
