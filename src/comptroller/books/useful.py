"""Who need be looked at when control is told: whoever begins it by one edge, and whoever somebody controls.

What a party has counts for others only if it is somebody's, or if control begins with it. In a register of millions most
holders are neither: with them and all above them left out, what is walked is a few parties and not tens of thousands.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from comptroller.graph.stakes import BASIS, HOLDER, STAKE, Stakes


class Useful:
    """Counts of edges by which control begins, and marks of who is controlled; before it is learned, all are useful."""

    def __init__(self, threshold: int) -> None:
        """Begin with nothing learned; an edge of more parts than the threshold gives control alone."""
        self._threshold = threshold
        self.forget(threshold)

    def forget(self, threshold: int) -> None:
        """Know nothing any more, under another threshold."""
        self._threshold, self._is_learned = threshold, False
        self._begins: NDArray[np.int32] = np.empty(0, np.int32)
        self._controlled: NDArray[np.int8] = np.empty(0, np.int8)
        self._marks: NDArray[np.int8] = np.empty(0, np.int8)

    def learn(
        self, stakes: Stakes, low: NDArray[np.int64], entities: NDArray[np.int32], controlled: Collection[int]
    ) -> None:
        """Note which of those entities somebody controls; the first time they are all that there are."""
        if not self._is_learned:
            rows, self._is_learned = slice(0, stakes.row_count), True
            link, least = stakes.link[rows], low[rows]
            begins = np.where(link[:, BASIS] == STAKE, least > self._threshold, least > 0) & (stakes.parts[rows] > 0)
            self._begins = np.bincount(link[begins, HOLDER], minlength=stakes.size).astype(np.int32)
        self._fit(max(stakes.size, int(entities.max(initial=0)) + 1))
        self._controlled[entities] = 0
        self._controlled[np.fromiter(controlled, np.int32, len(controlled))] = 1
        if len(entities) >= stakes.size:
            self._marks = ((self._begins > 0) | (self._controlled > 0)).astype(np.int8)
        else:
            self._marks[entities] = (self._begins[entities] > 0) | (self._controlled[entities] > 0)

    def _fit(self, size: int) -> None:
        for name in ("_begins", "_controlled", "_marks"):
            array = getattr(self, name)
            if len(array) < size:
                more = np.zeros(max(size, len(array) * 5 // 4) - len(array), array.dtype)
                setattr(self, name, np.concatenate((array, more)))

    def open(self, entities: NDArray[np.int32], size: int) -> None:
        """Look at those entities, whatever they are: it is not known yet."""
        if self._is_learned:
            self._fit(size)
            self._marks[entities] = 1

    def turn(self, holder: int, basis: int, was: int, now: int) -> None:
        """Note that the holder has other parts by an edge."""
        if self._is_learned:
            self._fit(holder + 1)
            least = self._threshold if basis == STAKE else 0
            self._begins[holder] += int(now > least) - int(was > least)
            self._marks[holder] = self._begins[holder] > 0 or self._controlled[holder] > 0

    def of(self, size: int) -> NDArray[np.int8]:
        """Give the marks of all parties; none where nothing is learned."""
        if self._is_learned:
            self._fit(size)
        return self._marks
