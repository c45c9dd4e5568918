"""Tables that are made in memory and stored in the books: the rows of one entity are adjacent and are found by place.

- `place` grows with the entries, so that rows of one time are adjacent on the disk. A range of places is found
  without looking at the rest, in a table of any size.
- The rows about an entity are removed together and written together.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from comptroller.books.register.party_ids import PartyIds
from comptroller.store.duck import DuckDb
from comptroller.store.index import grown

_FEW = 12
"""So many ranges are taken away one by one; of more, all at once by their first places."""


class StoredRows:
    """One table, and where the rows of each entity lie in it."""

    def __init__(self, duck: DuckDb, table: str, parties: PartyIds) -> None:
        """Read where rows lie."""
        self._duck, self._table, self._parties = duck, table, parties
        self._first: NDArray[np.int64] = np.empty(0, np.int64)
        self._count: NDArray[np.int64] = np.empty(0, np.int64)
        self._next = 0
        rows = duck.arrow(
            f"SELECT entity, min(place) AS first, count(*) AS n, max(place) AS last FROM {table} GROUP BY entity"
        )
        if rows.num_rows:
            entities = parties.numbers(rows.column("entity").to_pylist())
            self._fit()
            self._first[entities], self._count[entities] = rows.column("first").to_numpy(), rows.column("n").to_numpy()
            self._next = int(rows.column("last").to_numpy().max()) + 1

    def _fit(self) -> None:
        old, new = len(self._count), len(self._parties)
        if new > old:
            self._first, self._count = grown(self._first, new), grown(self._count, new)
            self._count[old:] = 0

    def has(self, entities: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return for each entity whether there are rows about it."""
        self._fit()
        has_rows: NDArray[np.bool_] = self._count[entities] > 0
        return has_rows

    def read(self, entities: NDArray[np.int32], columns: str) -> pa.Table:
        """Return the rows about those entities."""
        self._fit()
        return self._duck.arrow(f"SELECT {columns} FROM {self._table} WHERE {self._where(entities)}")

    def put(self, entities: NDArray[np.int32], rows: pa.Table, about: NDArray[np.int64], since: int) -> None:
        """Replace the rows about those entities, from an entry on; `about` is each row's entity, in order."""
        self._fit()
        gone = entities[self._count[entities] > 0]
        if len(gone):
            where = self._where(gone)
            self._duck.execute(f"DELETE FROM {self._table} WHERE {where}")
            self._unlist()
            self._count[gone] = 0
        if not rows.num_rows:
            return
        # Party numbers depend on the order of reading, which differs after a restart; so rows are sorted by
        # name.
        ordered = pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in ("entity", *_others(rows))])
        rows, about = rows.take(ordered), about[ordered.to_numpy()]
        first = max(self._next, since << 32)
        places = np.arange(first, first + rows.num_rows)
        self._next = first + rows.num_rows
        named, at, counts = np.unique(about, return_index=True, return_counts=True)
        self._first[named], self._count[named] = places[at], counts
        self._duck.insert(self._table, rows.append_column("place", pa.array(places)))

    def _where(self, entities: NDArray[np.int32]) -> str:
        stored = entities[self._count[entities] > 0]
        first, count = self._first[stored], self._count[stored]
        ranked = np.argsort(first)
        first, last = first[ranked], (first + count)[ranked]
        begins = np.flatnonzero(np.concatenate((np.ones(min(1, len(first)), bool), first[1:] != last[:-1])))
        ends = np.append(begins[1:], len(first))[: len(begins)] - 1
        spans = list(zip(first[begins].tolist(), last[ends].tolist(), strict=True))
        if len(spans) <= _FEW:
            return " OR ".join(f"place >= {low} AND place < {high}" for low, high in spans) or "false"
        places = np.concatenate([np.arange(low, high) for low, high in spans])
        self._duck.register("kept_places", pa.table({"place": places}))
        return "place IN (SELECT place FROM kept_places)"

    def _unlist(self) -> None:
        self._duck.unregister("kept_places")


def _others(rows: pa.Table) -> list[str]:
    return [
        name for name in rows.column_names if name != "entity" and not pa.types.is_nested(rows.schema.field(name).type)
    ]
