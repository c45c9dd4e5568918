"""Parties above some entities that can count for their control, so that a walk among thousands of holders stays short.

All that lies above the entities may count. One party never does: it begins control by no edge of its own, and no party
controls it. So a holder that has no holders and cannot begin control is not named.

Where more is known, less is looked at. Take parties that together hold more than the threshold of a company for one
owner. Each is that owner or is controlled by it. So they have the same root, the only one that is above each of them. A
root may hold, with its family, no more of a company than the threshold. Then it controls the company through no stake,
and the family is left out. The exception is control by assertion there: what the controller holds is then reported too.

Control is a forest where the stakes in each company sum to at most 100%, so most parties have one root. A party counts
with every family if it has several roots, is in a ring, or may have changed its root.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np

from comptroller.graph.jit import I8, I32, I64, kernel
from comptroller.graph.stakes import BASIS, HOLDER, IN, NEXT_IN, STAKE

ANY = -1
"""The root of a party that may count with every family."""
ROW, PARTY = range(2)
"""Columns of `met`: a row of the stakes, and its holder."""


@dataclass(frozen=True)
class Marks:
    """What is known of each party: whether it begins control or is controlled, and its root.

    The root of a party controls it and has no controller. A party without a controller is its own root. `ANY` is the
    mark where there is not one such party. `sums` is scratch of the same length, all 0.
    """

    useful: I8
    root: I32
    sums: I64

    @classmethod
    def none(cls) -> "Marks":
        """Return marks that know nothing."""
        return cls(np.empty(0, np.int8), np.empty(0, np.int32), np.empty(0, np.int64))


@kernel
def above(
    chosen: I32, link: I32, parts: I64, head: I32, threshold: int, local: I32, marks: tuple[I8, I32, I64]
) -> tuple[I32, I32, I32, I32, I32]:
    """Return all that may count above the entities.

    The arrays are: names (the entities first), each one's first row, the rows, their holders, and who begins control.
    """
    useful, root, sums = marks
    is_known = len(useful) > 0
    names, count, done = np.empty(max(16, len(chosen)), np.int32), len(chosen), 0
    for i in range(len(chosen)):
        names[i], local[chosen[i]] = chosen[i], i
    # Rows that may count are read once and stored: lists of thousands are walked once only.
    met, upto, used = np.empty((count + 16, 2), np.int32), np.empty(count + 16, np.int32), 0
    while done < count:
        v, free, first = names[done], 0, used
        row = head[v, IN]
        while row >= 0:
            h, is_stake = link[row, HOLDER], link[row, BASIS] == STAKE
            if h != v and (not is_known or useful[h] > 0) and parts[row] > 0:
                if used == len(met):
                    met = np.concatenate((met, np.empty_like(met)))
                met[used, ROW], met[used, PARTY] = row, h
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
            if is_known and root[met[i, PARTY]] != ANY:
                sums[root[met[i, PARTY]]] = 0
        if done == len(upto):
            upto = np.concatenate((upto, np.empty_like(upto)))
        upto[done] = used
        done += 1
    start, begins = np.zeros(count + 1, np.int32), np.zeros(count, np.int32)
    rows, holders, listed, i = np.empty(used, np.int32), np.empty(used, np.int32), 0, 0
    for v in range(count):
        while i < upto[v]:
            row, h = met[i, ROW], local[met[i, PARTY]]
            if h >= 0:
                rows[listed], holders[listed] = row, h
                if link[row, BASIS] != STAKE or parts[row] > threshold:
                    begins[h] = 1
                listed += 1
            i += 1
        start[v + 1] = listed
    for i in range(count):
        local[names[i]] = -1
    return names[:count], start, rows[:listed], holders[:listed], begins
