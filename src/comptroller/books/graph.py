"""The tables that are made from the graph: written where they differ, with the rows that came and went.

Graph work is done when a fact of its kinds comes or ends, or when a day turns on which one begins or ends; never else.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.bases import KINDS
from comptroller.books.capital import Capital
from comptroller.books.capital_rows import COLUMNS, rows_of
from comptroller.books.cycle_rows import CycleRows
from comptroller.books.related_rows import Related
from comptroller.model.policy import Pack
from comptroller.store.duck import Duck

Rows = Mapping[str, pa.Table]
Facts = Mapping[str, NDArray[np.int64]]
_ABOUT = {"related": "party", "trade_cycle": "leg", "guarantee_circle": "guarantee"}
"""The column that stands for any other name by which a rule is touched; else it is the entity."""
_TABLES = (*COLUMNS, *_ABOUT)


class Graph:
    """The graph of one node's books, and its tables."""

    def __init__(self, duck: Duck, pack: Pack) -> None:
        """Begin with nothing read."""
        self._duck, self._pack = duck, pack
        self._capital: Capital | None = None
        self._cycles, self._related = CycleRows(duck, pack), Related(duck, pack)
        self._aliases = _aliases(pack)

    @property
    def capital(self) -> Capital:
        """Give the stakes in memory, as of the clock's day; read from the books when first asked for."""
        if self._capital is None:
            self._capital = Capital(self._duck, self._pack, self._today())
        return self._capital

    def rebuild(self) -> None:
        """Write every table afresh."""
        if "stake" in self._pack.kinds:
            self._capital = None
            self._put(np.arange(len(self.capital.parties), dtype=np.int32), whole=True)
        self._cycles.rebuild()
        self._related.rebuild()

    def prepare(self, kinds: Iterable[str]) -> None:
        """Read what stands before facts of those kinds are folded, where the graph is made of them."""
        coming = set(kinds)
        if not coming.isdisjoint(KINDS) and "stake" in self._pack.kinds:
            assert self.capital
        if self._cycles.concerns(coming):
            self._cycles.prepare(coming)
        if self._related.concerns(coming):
            self._related.prepare()

    def fold(self, added: Rows, ended: Facts) -> dict[str, pa.Table]:
        """Move with the facts that came and ended; gives the rows that came or went, by table."""
        coming = {*added, *ended}
        changed: dict[str, pa.Table] = {}
        if not coming.isdisjoint(KINDS) and self._capital is not None:
            changed |= self._put(self.capital.move(added, ended))
        if self._cycles.concerns(coming):
            found = self._cycles.fold(added, ended)
            changed |= {table: self._named(table, rows) for table, rows in found.items()}
        if self._related.concerns(coming):
            ways = self._related.fold(added, ended)
            if ways is not None and ways.num_rows:
                changed["related"] = self._named("related", ways)
        return changed

    def tick(self, day: dt.date) -> dict[str, pa.Table]:
        """Move to a day, which the clock shows already; gives the rows that came or went, by table."""
        before = self._capital.day if self._capital else None
        if before == day or "stake" not in self._pack.kinds:
            return {}
        return self._put(self.capital.turn(day))

    def _today(self) -> dt.date | None:
        rows = self._duck.rows("SELECT today FROM clock")
        return rows[0][0] if rows else None

    def _put(self, entities: NDArray[np.int32], *, whole: bool = False) -> dict[str, pa.Table]:
        if not len(entities) and not whole:
            return {}
        names = self.capital.parties.column(entities)
        changed = {}
        for table, rows in rows_of(self.capital, entities).items():
            found = put_rows(self._duck, table, rows, None if whole else names)
            if found.num_rows:
                changed[table] = self._named(table, found)
        return changed

    def _named(self, table: str, rows: pa.Table) -> pa.Table:
        """Give the rows with what they are about under the other names by which rules are touched."""
        for alias in sorted(self._aliases.get(table, set()) - set(rows.column_names)):
            rows = rows.append_column(alias, rows.column(_ABOUT.get(table, "entity")))
        return rows


def put_rows(duck: Duck, table: str, rows: pa.Table, entities: pa.Array | None) -> pa.Table:
    """Let a table say these rows of those entities (of all, where None); gives the rows that came or went."""
    columns = ", ".join(COLUMNS[table])
    duck.register("graph_rows", rows)
    scope = ""
    if entities is not None:
        duck.register("graph_entities", pa.table({"entity": entities}))
        scope = "WHERE entity IN (SELECT entity FROM graph_entities)"
    was = f"SELECT {columns} FROM {table} {scope}"
    now = f"SELECT {columns} FROM graph_rows"
    found = duck.arrow(f"({was} EXCEPT {now}) UNION ALL ({now} EXCEPT {was})")
    if found.num_rows:
        duck.register("graph_found", found)
        differ = "WHERE entity IN (SELECT entity FROM graph_found)"
        duck.execute(f"DELETE FROM {table} {differ}")
        duck.execute(f"INSERT INTO {table} ({columns}) {now} {differ}")
        duck.unregister("graph_found")
    duck.unregister("graph_rows")
    if entities is not None:
        duck.unregister("graph_entities")
    return found


def _aliases(pack: Pack) -> dict[str, set[str]]:
    """Give the columns by which rules say that a table of the graph touches them."""
    found: dict[str, set[str]] = {}
    for rule in pack.rules.values():
        for table, by in rule.references.items():
            if table in _TABLES:
                found.setdefault(table, set()).update(by)
    return found
