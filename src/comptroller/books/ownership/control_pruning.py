"""Which parties must be looked at to compute control: those that begin it by one edge, those controlled; and their
roots.

What a party has counts for others only if it has a controller, or if control begins with it. In a register of millions
most holders are neither. Without them and all above them, the walk meets a few parties and not tens of thousands.
`control_candidates` defines a root, and what it leaves out besides.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from comptroller.graph.control_candidates import ANY, Marks
from comptroller.graph.stakes import BASIS, HOLDER, STAKE, Stakes

_FORMS = {"_begins": np.int32, "_controlled": np.int8, "_marks": np.int8, "_root": np.int32, "_sums": np.int64}


class ControlPruning:
    """Counts of edges that begin control, and marks of controlled parties; before it is learned, all are useful."""

    _begins: NDArray[np.int32]
    _controlled: NDArray[np.int8]
    _marks: NDArray[np.int8]
    _root: NDArray[np.int32]
    _sums: NDArray[np.int64]

    def __init__(self, threshold: int) -> None:
        """Start with nothing learned; an edge of more parts than the threshold brings control alone."""
        self._threshold = threshold
        self.forget(threshold)

    def forget(self, threshold: int) -> None:
        """Reset everything that was learned, under another threshold."""
        self._threshold, self._is_learned = threshold, False
        for name, form in _FORMS.items():
            setattr(self, name, np.empty(0, form))

    def learn(
        self, stakes: Stakes, low: NDArray[np.int64], entities: NDArray[np.int32], roots: Mapping[int, int]
    ) -> None:
        """Note which of those entities have a controller, with the root of each; the first call must name all
        entities.
        """
        if not self._is_learned:
            rows, self._is_learned = slice(0, stakes.row_count), True
            link, least = stakes.link[rows], low[rows]
            begins = np.where(link[:, BASIS] == STAKE, least > self._threshold, least > 0) & (stakes.parts[rows] > 0)
            self._begins = np.bincount(link[begins, HOLDER], minlength=stakes.size).astype(np.int32)
        self._fit(max(stakes.size, int(entities.max(initial=0)) + 1))
        controlled = np.fromiter(roots.keys(), np.int32, len(roots))
        self._controlled[entities], self._root[entities] = 0, entities
        self._controlled[controlled], self._root[controlled] = 1, np.fromiter(roots.values(), np.int32, len(roots))
        if len(entities) >= stakes.size:
            self._marks = ((self._begins > 0) | (self._controlled > 0)).astype(np.int8)
        else:
            self._marks[entities] = (self._begins[entities] > 0) | (self._controlled[entities] > 0)

    def _fit(self, size: int) -> None:
        for name in _FORMS:
            array, old = getattr(self, name), len(getattr(self, name))
            if old < size:
                wider = np.zeros(max(size, old * 5 // 4), array.dtype)
                wider[:old] = array
                if name == "_root":
                    wider[old:] = np.arange(old, len(wider))
                setattr(self, name, wider)

    def open(self, entities: NDArray[np.int32], size: int) -> None:
        """Mark those entities as useful: it is not known yet whether they are."""
        if self._is_learned:
            self._fit(size)
            self._marks[entities], self._root[entities] = 1, ANY

    def turn(self, holders: NDArray[np.int64], basis: int, was: NDArray[np.int64], now: NDArray[np.int64]) -> None:
        """Note that each of the holders has other parts by an edge of that basis."""
        if self._is_learned and len(holders):
            self._fit(int(holders.max()) + 1)
            least = self._threshold if basis == STAKE else 0
            np.add.at(self._begins, holders, (now > least).astype(np.int32) - (was > least))
            self._marks[holders] = (self._begins[holders] > 0) | (self._controlled[holders] > 0)

    def of(self, size: int) -> Marks | None:
        """Return what is known of all parties; None where nothing is learned."""
        if not self._is_learned:
            return None
        self._fit(size)
        return Marks(self._marks, self._root, self._sums)
