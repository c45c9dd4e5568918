"""Who above some entities can count for who controls them, so that a walk among thousands of holders stays a few steps.

All that lies above the entities may count, but whoever begins control by no edge of its own and is controlled by nobody
never does: a holder whom nobody holds and who cannot begin is not named. Where more is known, less is looked at: those
who together hold more than the threshold of a company for one owner are that owner or are controlled by it, and so have
one and the same root, the only one that is above each of them. A root whose family holds no more of a company than the
threshold controls it through no stake, and the family is passed by; unless somebody has control by assertion there,
where what the controller holds is told as well. (That control is a forest where no company is sold twice makes roots
plain: most parties have one. Who has several, or stands in a ring, or may have turned, counts with every family.)
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np

from comptroller.graph.jit import I8, I32, I64, kernel
from comptroller.graph.stakes import BASIS, HOLDER, IN, NEXT_IN, STAKE

ANY = -1
"""The root of a party that may count with every family."""


@dataclass(frozen=True)
class Marks:
    """What is known of each party: whether it begins control or is controlled, and its root.

    The root of a party is who controls it and is controlled by nobody; itself, where nobody controls it; `ANY` where
    that is not one party. `sums` is a scratch, as long, all 0.
    """

    useful: I8
    root: I32
    sums: I64

    @classmethod
    def none(cls) -> "Marks":
        """Nothing is known."""
        return cls(np.empty(0, np.int8), np.empty(0, np.int32), np.empty(0, np.int64))


@kernel
def above(
    asked: I32, link: I32, parts: I64, head: I32, threshold: int, local: I32, marks: tuple[I8, I32, I64]
) -> tuple[I32, I32, I32, I32, I32]:
    """All that may count above the entities: names (they first), each one's first row, rows, their holders, who begins."""
    useful, root, sums = marks
    is_known = len(useful) > 0
    names, count, done = np.empty(max(16, len(asked)), np.int32), len(asked), 0
    for i in range(len(asked)):
        names[i], local[asked[i]] = asked[i], i
    # All rows that may count are met once, and kept: lists of thousands are walked once only.
    met, upto, used = np.empty((count + 16, 2), np.int32), np.empty(count + 16, np.int32), 0
    while done < count:
        v, free, first = names[done], 0, used
        row = head[v, IN]
        while row >= 0:
            h, is_stake = link[row, HOLDER], link[row, BASIS] == STAKE
            if h != v and (not is_known or useful[h] > 0) and parts[row] > 0:
                if used == len(met):
                    met = np.concatenate((met, np.empty_like(met)))
                met[used, 0], met[used, 1] = row, h
                used += 1
                if not is_known:
                    free = threshold
                elif not is_stake:
                    free = 1 << 60
                elif root[h] == ANY:
                    free += parts[row]
                else:
                    sums[root[h]] += parts[row]
            row = link[row, NEXT_IN]
        for i in range(first, used):
            row, h = met[i]
            if is_known:
                counts = root[h] == ANY or free + sums[root[h]] > threshold
            else:
                counts = head[h, IN] >= 0 or link[row, BASIS] != STAKE or parts[row] > threshold
            if counts and local[h] < 0:
                if count == len(names):
                    names = np.concatenate((names, np.empty_like(names)))
                names[count], local[h] = h, count
                count += 1
        for i in range(first, used):
            if is_known and root[met[i, 1]] != ANY:
                sums[root[met[i, 1]]] = 0
        if done == len(upto):
            upto = np.concatenate((upto, np.empty_like(upto)))
        upto[done] = used
        done += 1
    start, begins = np.zeros(count + 1, np.int32), np.zeros(count, np.int32)
    rows, holders, kept, i = np.empty(used, np.int32), np.empty(used, np.int32), 0, 0
    for v in range(count):
        while i < upto[v]:
            row, h = met[i, 0], local[met[i, 1]]
            if h >= 0:
                rows[kept], holders[kept] = row, h
                if link[row, BASIS] != STAKE or parts[row] > threshold:
                    begins[h] = 1
                kept += 1
            i += 1
        start[v + 1] = kept
    for i in range(count):
        local[names[i]] = -1
    return names[:count], start, rows[:kept], holders[:kept], begins
