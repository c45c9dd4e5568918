"""The current fact of each natural key, by kind: arrays behind a hash index."""

import numpy as np
from numpy.typing import NDArray

from comptroller.store.index import Chain, grown


class NaturalKeys:
    """The current fact of each natural key of one kind. A key's newest row counts; it may have ended."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._chain = Chain()
        self._facts: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._contents: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)

    def add(self, keys: NDArray[np.uint64], facts: NDArray[np.int64], contents: NDArray[np.uint64]) -> None:
        """Add those facts as current; a fact of 0 means that the key's fact has ended."""
        start = len(self._chain)
        self._chain.add(keys)
        stop = len(self._chain)
        self._facts, self._contents = grown(self._facts, stop), grown(self._contents, stop)
        self._facts[start:stop] = facts
        self._contents[start:stop] = contents

    def standing(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return the current facts (0 where there is none) and the hashes of their contents."""
        rows = self._chain.latest(keys)
        is_known = rows >= 0
        at = np.where(is_known, rows, 0)
        if not len(self._chain):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.uint64)
        facts = np.where(is_known, self._facts[at], 0)
        return facts, np.where(is_known & (facts != 0), self._contents[at], np.uint64(0))
