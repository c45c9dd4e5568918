"""The rows of a table in memory: columns in arrays, and for each group's docket an index from docket to rows."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.evaluation.columns import Column, column_of
from comptroller.evaluation.hashes import Key, key_hashes
from comptroller.model.kind import Kind
from comptroller.store.index import Chain, grown


class RowStore:
    """The current rows of one fact table, with the columns that rules read."""

    def __init__(self, kind: Kind, columns: Sequence[str], keys: Mapping[str, Key]) -> None:
        """Begin empty; `keys` names for each index the columns of a row to hash.

        Keys of a later stretch of time are computed for added rows and have no index; equal keys share one.
        """
        self.kind = kind
        self.columns = tuple(columns)
        self._columns: dict[str, Column] = {c: column_of(kind.columns[c]) for c in columns if c != "fact"}
        self._facts: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._is_current: NDArray[np.bool_] = np.empty(0, dtype=np.bool_)
        self._keys = keys
        self._chains = {key: Chain() for key in keys.values() if not key.step}
        self._count = 0

    def __len__(self) -> int:
        """Return how many rows were ever added."""
        return self._count

    def add(self, rows: pa.Table) -> dict[str, NDArray[np.uint64]]:
        """Add rows (in the order of their facts); returns for each index the hashes of the rows, 0 for a row
        without a docket.
        """
        hashes = key_hashes(rows, self._keys.values())
        stop = self._count + rows.num_rows
        facts = rows.column("fact").to_numpy()
        assert not self._count or not len(facts) or facts[0] >= self._facts[self._count - 1], "facts come in order"
        self._facts, self._is_current = grown(self._facts, stop), grown(self._is_current, stop)
        self._facts[self._count : stop] = facts
        self._is_current[self._count : stop] = True
        for name, column in self._columns.items():
            column.add(rows.column(name))
        for key, chain in self._chains.items():
            chain.add(hashes[key])
        self._count = stop
        return {name: hashes[key] for name, key in self._keys.items()}

    def end(self, facts: NDArray[np.int64]) -> NDArray[np.int64]:
        """End those facts, and return the row numbers that held them."""
        ordered = np.unique(facts)
        begin = np.searchsorted(self._facts[: self._count], ordered, side="left")
        end = np.searchsorted(self._facts[: self._count], ordered, side="right")
        parts = [np.arange(b, e) for b, e in zip(begin.tolist(), end.tolist(), strict=True)]
        rows = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        ended: NDArray[np.int64] = rows[self._is_current[rows]]
        self._is_current[ended] = False
        return ended

    def rows_of(self, index: str, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the numbers of the current rows with those hashes (each once), in the order of their facts."""
        rows = self._chains[self._keys[index]].rows(hashes)
        rows = rows[self._is_current[rows]]
        rows.sort()
        return rows

    def take(self, rows: NDArray[np.int64], columns: Iterable[str] | None = None) -> pa.Table:
        """Return those rows as Arrow, with all columns if none are named."""
        wanted = self.columns if columns is None else tuple(columns)
        return pa.table({c: self._column(c, rows) for c in wanted})

    def _column(self, name: str, rows: NDArray[np.int64]) -> pa.Array:
        return pa.array(self._facts[rows]) if name == "fact" else self._columns[name].take(rows)
