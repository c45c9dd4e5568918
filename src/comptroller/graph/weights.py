"""What everything above an entity has of it through chains, as lower, middle and upper bound, in one walk.

The walk begins at the entity with weight 1. Each holder's weight is the sum, over what it holds, of that weight times
its share. Where nothing above the entity goes round, a holder's weight is its effective share (integrated ownership;
Brioschi and others, 1989), for an ultimate owner and for one in the middle. What a company's stakes leave open goes
into the gap with the company's weight, and is never spread. Where something goes round, the walk reports it, and the
equations are solved (`share`). An upper bound is first brought down to what the lower bounds of the others leave.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.jit import F64, I32, I64, kernel
from comptroller.graph.stakes import BASIS, HOLDER, IN, NEXT_IN, STAKE, Stakes

WALKED, GOES_ROUND, WIDE = range(3)
LOW, MIDDLE, HIGH = range(3)
"""Columns of `sizes`, `weight` and `share`: the bounds of an amount, and what lies between them."""


@dataclass(frozen=True)
class Weights:
    """Holders of the requested entities: in row `i`, `holder[i]` has `share[i]` (low, middle, high) of the entity.

    - `place[i]` is the entity's place among the requested ones.
    - `is_ultimate` is 1 where the holder has no known holder.
    - `gap` is, per requested entity, what is not disclosed.
    - `state` is, per requested entity, whether something above it goes round or more are above it than wanted. Then
      it has no rows.
    """

    place: I32
    holder: I32
    is_ultimate: I32
    share: F64
    gap: F64
    state: I32


def weights(
    stakes: Stakes, whole: int, entities: ArrayLike, low: I64, high: I64, *, most: ArrayLike | None = None
) -> Weights:
    """Return what everything above each of the entities has of it; `low` and `high` are bounds in parts, row by row.

    `most` is how many may be above each entity: one that has more is `WIDE`, and has no rows.
    """
    chosen = np.asarray(entities, np.int32)
    limits = np.full(len(chosen), stakes.size, np.int32) if most is None else np.asarray(most, np.int32)
    return Weights(*_weights(chosen, limits, stakes.link, stakes.head, stakes.parts, low, high, whole, stakes.local))


@kernel
def _weights(
    chosen: I32, limits: I32, link: I32, head: I32, parts: I64, low: I64, high: I64, whole: int, local: I32
) -> tuple[I32, I32, I32, F64, F64, I32]:
    gap, state = np.zeros(len(chosen)), np.zeros(len(chosen), np.int32)
    place, holder, last = np.empty(64, np.int32), np.empty(64, np.int32), np.empty(64, np.int32)
    share, used = np.empty((64, 3)), 0
    # Stakes are read once and stored, those in one company together: who holds, and low, middle and high parts.
    whose, sizes = np.empty(64, np.int32), np.empty((64, 3), np.int64)
    for at in range(len(chosen)):
        names, waits, count, done = np.empty(16, np.int32), np.zeros(16, np.int32), 1, 0
        upto, met = np.empty(16, np.int32), 0
        names[0], local[chosen[at]] = chosen[at], 0
        while done < count <= limits[at] + 1:
            row = head[names[done], IN]
            while row >= 0 and count <= limits[at] + 1:
                if parts[row] > 0 and link[row, BASIS] == STAKE:
                    h = link[row, HOLDER]
                    if local[h] < 0:
                        if count == len(names):
                            names = np.concatenate((names, np.empty_like(names)))
                            waits = np.concatenate((waits, np.zeros_like(waits)))
                            upto = np.concatenate((upto, np.empty_like(upto)))
                        names[count], local[h] = h, count
                        count += 1
                    if met == len(whose):
                        whose = np.concatenate((whose, np.empty_like(whose)))
                        sizes = np.concatenate((sizes, np.empty_like(sizes)))
                    whose[met] = local[h]
                    sizes[met, LOW], sizes[met, MIDDLE], sizes[met, HIGH] = low[row], parts[row], high[row]
                    waits[whose[met]] += 1
                    met += 1
                row = link[row, NEXT_IN]
            upto[done] = met
            done += 1
        for i in range(count):
            local[names[i]] = -1
        if count > limits[at] + 1:
            state[at] = WIDE
            continue
        # A holder is passed on when all that it holds, below here, has been passed on.
        weight, ready, taken, ready_count = np.zeros((count, 3)), np.empty(count, np.int32), 0, 0
        weight[0] = 1.0
        if waits[0] == 0:
            ready[0], ready_count = 0, 1
        while taken < ready_count:
            v = ready[taken]
            taken += 1
            begin, disclosed, disclosed_low = upto[v - 1] if v > 0 else 0, 0, 0
            for i in range(begin, upto[v]):
                disclosed, disclosed_low = disclosed + sizes[i, MIDDLE], disclosed_low + sizes[i, LOW]
            for i in range(begin, upto[v]):
                w = whose[i]
                most = max(sizes[i, LOW], min(sizes[i, HIGH], whole - disclosed_low + sizes[i, LOW]))
                weight[w, LOW] += weight[v, LOW] * sizes[i, LOW] / whole
                weight[w, MIDDLE] += weight[v, MIDDLE] * sizes[i, MIDDLE] / whole
                weight[w, HIGH] = min(1.0, weight[w, HIGH] + weight[v, HIGH] * most / whole)
                waits[w] -= 1
                if waits[w] == 0:
                    ready[ready_count] = w
                    ready_count += 1
            if upto[v] > begin and disclosed < whole:
                gap[at] += weight[v, MIDDLE] * (whole - disclosed) / whole
        if ready_count < count:
            state[at], gap[at] = GOES_ROUND, 0.0
            continue
        while used + count > len(place):
            place, holder = (
                np.concatenate((place, np.empty_like(place))),
                np.concatenate((holder, np.empty_like(holder))),
            )
            last, share = np.concatenate((last, np.empty_like(last))), np.concatenate((share, np.empty_like(share)))
        for v in range(1, count):
            place[used], holder[used], last[used] = at, names[v], upto[v] == upto[v - 1]
            share[used] = weight[v]
            share[used, HIGH] = max(weight[v, HIGH], weight[v, MIDDLE])
            used += 1
    return place[:used].copy(), holder[:used].copy(), last[:used].copy(), share[:used].copy(), gap, state
