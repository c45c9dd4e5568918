"""Shares around one entity from the current stakes: who is above it and what is below it, without ordering the world.

When a stake changes, the effective shares that may change are those of the company and of everything below it. Each of
these is answered from its own upstream: the holders of its holders, gathered from the live rows, ordered and solved
alone (`share`). The cost is that of what lies above the entity, which in real registers is a handful of entities.
"""

import numpy as np

from comptroller.graph.jit import I32, I64, kernel
from comptroller.graph.share import Shares
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, IN, NEXT_IN, NEXT_OUT, OUT, STAKE, Stakes


class Upstream:
    """Shares of single entities in stakes that change; `whole` is what 100% is in their parts."""

    def __init__(self, stakes: Stakes, whole: int) -> None:
        """Read the stakes where they are; changing them needs no word here."""
        self.stakes, self.whole = stakes, whole
        self._local: I32 = np.full(stakes.size, -1, np.int32)

    def owners_of(self, entity: int) -> tuple[dict[int, float], float, int]:
        """Return the ultimate owners of the entity with their shares, its gap, and the joined flags of all above it."""
        names, holder, company, parts = self._gather(entity)
        shares = Shares(len(names), holder, company, parts / self.whole)
        owners, gap = shares.owners_of(0)
        return {int(names[v]): part for v, part in owners.items()}, gap, int(np.bitwise_or.reduce(shares.flags))

    def below(self, entity: int) -> I32:
        """Return the entity and all that it holds, through any chain: their shares may change when its own do."""
        self._fit()
        return _below(entity, self.stakes.link, self.stakes.parts, self.stakes.head, self._local)

    def _gather(self, entity: int) -> tuple[I32, I32, I32, I64]:
        self._fit()
        return _above(entity, self.stakes.link, self.stakes.parts, self.stakes.head, self._local)

    def _fit(self) -> None:
        if len(self._local) < self.stakes.size:
            self._local = np.full(self.stakes.size, -1, np.int32)


@kernel
def _above(entity: int, link: I32, parts: I64, head: I32, local: I32) -> tuple[I32, I32, I32, I64]:
    """Return all above the entity, it first, and the stakes among them by local number; `local` is left at -1."""
    names, count, done = np.empty(16, np.int32), 1, 0
    ends, amount, rows = np.empty((16, 2), np.int32), np.empty(16, np.int64), 0
    names[0], local[entity] = entity, 0
    while done < count:
        row = head[names[done], IN]
        while row >= 0:
            if parts[row] > 0 and link[row, BASIS] == STAKE:
                h = link[row, HOLDER]
                if local[h] < 0:
                    if count == len(names):
                        names = np.concatenate((names, np.empty_like(names)))
                    names[count], local[h] = h, count
                    count += 1
                if rows == len(amount):
                    ends, amount = (
                        np.concatenate((ends, np.empty_like(ends))),
                        np.concatenate((amount, np.empty_like(amount))),
                    )
                ends[rows, 0], ends[rows, 1], amount[rows] = local[h], done, parts[row]
                rows += 1
            row = link[row, NEXT_IN]
        done += 1
    for i in range(count):
        local[names[i]] = -1
    return names[:count].copy(), ends[:rows, 0].copy(), ends[:rows, 1].copy(), amount[:rows].copy()


@kernel
def _below(entity: int, link: I32, parts: I64, head: I32, local: I32) -> I32:
    names, count, done = np.empty(16, np.int32), 1, 0
    names[0], local[entity] = entity, 0
    while done < count:
        row = head[names[done], OUT]
        while row >= 0:
            company = link[row, COMPANY]
            if parts[row] > 0 and link[row, BASIS] == STAKE and local[company] < 0:
                if count == len(names):
                    names = np.concatenate((names, np.empty_like(names)))
                names[count], local[company] = company, count
                count += 1
            row = link[row, NEXT_OUT]
        done += 1
    for i in range(count):
        local[names[i]] = -1
    return names[:count].copy()
