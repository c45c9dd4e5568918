"""Hash indexes in arrays: from 64-bit hashes to row numbers, growing, with constant cost at any size.

Two shapes share one table of slots (open addressing, linear probing, at most two thirds full): `OneRow` holds the
latest row of a hash, `Chain` holds all rows of a hash as a linked list, newest first. A hash is a 64-bit number that
the SQL engine made. Two different keys may share a hash by accident. A lookup may therefore return rows of another key,
which the caller must filter, but never misses a row.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_EMPTY = -1
Slots = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]


@njit(cache=True)
def _place(slots: Slots, hashes: Hashes, key: np.uint64, mask: np.uint64) -> np.int64:
    at = np.int64(key & mask)
    while slots[at] != _EMPTY and hashes[slots[at]] != key:
        at = np.int64((at + 1) & mask)
    return at


@njit(cache=True)
def _grow(slots: Slots, hashes: Hashes, count: int, mask: np.uint64) -> None:
    for row in range(count):
        at = _place(slots, hashes, hashes[row], mask)
        slots[at] = row


@njit(cache=True)
def _link(slots: Slots, hashes: Hashes, before: Slots, rows: tuple[int, int], mask: np.uint64) -> int:
    fresh = 0
    for row in range(rows[0], rows[1]):
        at = _place(slots, hashes, hashes[row], mask)
        before[row] = slots[at]
        if slots[at] == _EMPTY:
            fresh += 1
        slots[at] = row
    return fresh


@njit(cache=True)
def _look(slots: Slots, hashes: Hashes, keys: Hashes, mask: np.uint64, rows: Rows) -> None:
    for i in range(len(keys)):
        rows[i] = slots[_place(slots, hashes, keys[i], mask)]


@njit(cache=True)
def _walk(slots: Slots, hashes: Hashes, before: Slots, keys: Hashes, mask: np.uint64) -> Rows:
    count = 0
    for i in range(len(keys)):
        row = slots[_place(slots, hashes, keys[i], mask)]
        while row != _EMPTY:
            count += 1
            row = before[row]
    rows = np.empty(count, dtype=np.int64)
    at = 0
    for i in range(len(keys)):
        row = slots[_place(slots, hashes, keys[i], mask)]
        while row != _EMPTY:
            rows[at] = row
            at += 1
            row = before[row]
    return rows


def grown(array: NDArray, needed: int) -> NDArray:  # type: ignore[type-arg]  # any dtype
    """Return the array, or a larger copy of it that holds `needed` items; it grows by an eighth at a time."""
    if len(array) >= needed:
        return array
    larger = np.empty(max(needed, len(array) + len(array) // 8, 1024), dtype=array.dtype)
    larger[: len(array)] = array
    return larger


class Chain:
    """All rows of a hash. Rows are numbered in the order of insertion, from 0."""

    def __init__(self) -> None:
        """Begin empty."""
        self._count = 0
        self._distinct = 0
        self._hashes: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._before: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._slots: NDArray[np.int32] = np.full(1024, _EMPTY, dtype=np.int32)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._count

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Add one row for each hash."""
        stop = self._count + len(hashes)
        assert stop < np.iinfo(np.int32).max, "an index holds at most two billion rows"
        self._hashes = grown(self._hashes, stop)
        self._before = grown(self._before, stop)
        self._hashes[self._count : stop] = hashes
        if (self._distinct + len(hashes)) * 3 > len(self._slots) * 2:
            size = len(self._slots)
            while (self._distinct + len(hashes)) * 3 > size * 2:
                size *= 2
            self._slots = np.full(size, _EMPTY, dtype=np.int32)
            _grow(self._slots, self._hashes, self._count, np.uint64(size - 1))
        mask = np.uint64(len(self._slots) - 1)
        self._distinct += _link(self._slots, self._hashes, self._before, (self._count, stop), mask)
        self._count = stop

    def rows(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the rows of all those hashes (each hash once), in no order."""
        mask = np.uint64(len(self._slots) - 1)
        rows: NDArray[np.int64] = _walk(self._slots, self._hashes, self._before, hashes, mask)
        return rows

    def latest(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the newest row of each hash, or -1."""
        rows = np.empty(len(hashes), dtype=np.int64)
        _look(self._slots, self._hashes, hashes, np.uint64(len(self._slots) - 1), rows)
        return rows
