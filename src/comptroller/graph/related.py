"""Related parties: typed ties walked for a few steps under rules about which tie may follow which.

A tie (a stake, a post, kinship, an agreement, a shared address or telephone) joins two nodes and may be walked from
either end. An automaton decides the next step. `step[state, 2 * kind + direction]` is the state after walking a tie of
that kind, with it (0) or against it (1); -1 forbids it. `step[state]` beyond the start may forbid kinship after a
common address.

The walk is breadth-first over pairs of node and state. So every relation is found with a shortest explanation, tie by
tie. A node with more ties than `hub` is found but not walked through, and is named: an agent's address joins thousands
that have nothing else in common. (Regular path queries: Mendelzon and Wood, 1995; close links: Atzeni, Bellomarini and
others, EDBT 2020.)
"""

# ruff: noqa: C901, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.jit import I32, I64, kernel
from comptroller.graph.segmented_array import FIRST, ROOM, USED, empty, repack, widen

WITH, AGAINST = 0, 1
FOREVER = np.iinfo(np.int32).max
OTHER, TIE, MOVE, SINCE, UNTIL = range(5)
"""Columns of the pool, a row for each end of a tie: the other end, the tie, the move, and its days."""
NODE, STATE, STEPS, VIA, BEFORE = range(5)
"""Columns of `places`: the node, the state, the steps, and the tie and the place before it."""
STATES_MAX = 62


@dataclass(frozen=True)
class TieIndex:
    """What one walk reached: place 0 is the start.

    Each later place has its node, state and steps, and the tie and the place before it. `hubs` are nodes that were
    found and not walked through; `is_cut` is true where more places were reached than wanted.
    """

    node: I32
    state: I32
    steps: I32
    tie: I32
    before: I32
    hubs: I32
    is_cut: bool

    def __len__(self) -> int:
        """Return the number of places, the start among them."""
        return len(self.node)

    def path(self, place: int) -> list[tuple[int, int]]:
        """Return the explanation: (tie, node reached by it) from the start to the place."""
        steps: list[tuple[int, int]] = []
        while place > 0:
            steps.append((int(self.tie[place]), int(self.node[place])))
            place = int(self.before[place])
        return steps[::-1]


class Ties:
    """Ties between nodes `0 .. size-1`, of declared kinds, each valid in days `[since, until)`."""

    def __init__(self, size: int, kinds: int) -> None:
        """Start without ties."""
        self.size, self.kinds, self.count = size, kinds, 0
        self._span, self._pool = empty(size, 5, 8 * size + 64)
        self._top = 0
        self._mask: I64 = np.zeros(size, np.int64)
        self._walk: tuple[I32, I32] = (np.empty((1024, 5), np.int32), np.empty(1024, np.int32))

    def add(
        self,
        left: ArrayLike,
        right: ArrayLike,
        kind: ArrayLike,
        since: ArrayLike | None = None,
        until: ArrayLike | None = None,
    ) -> int:
        """Add ties from left to right; return the number of the first, the others follow it."""
        lefts, rights = np.atleast_1d(np.asarray(left, np.int32)), np.atleast_1d(np.asarray(right, np.int32))
        ties = len(lefts)
        kinds = np.broadcast_to(np.asarray(kind, np.int32), ties)
        begin = np.broadcast_to(np.asarray(-FOREVER if since is None else since, np.int64), ties)
        end = np.broadcast_to(np.asarray(FOREVER if until is None else until, np.int64), ties)
        for ids, limit in ((lefts, self.size), (rights, self.size), (kinds, self.kinds)):
            if ties and not (ids.min() >= 0 and ids.max() < limit):
                raise IndexError(f"saw an id outside 0 to {limit - 1}")
        first, done = self.count, 0
        if ties > self.size // 8:
            self._reserve(lefts, rights)
        while True:
            done, self._top = _add(lefts, rights, kinds, begin, end, first, done, self._span, self._pool, self._top)
            if done == ties:
                break
            self._pool, self._top = repack(self._span, self._pool, 4 * self.size + 64)
        self.count += ties
        return first

    def end(self, tie: int, left: int, right: int, until: int) -> bool:
        """End the tie between these two on this day; return whether there was such a tie."""
        return bool(_end(tie, left, until, self._span, self._pool)) and bool(
            _end(tie, right, until, self._span, self._pool)
        )

    def related(
        self, node: int, step: ArrayLike, *, steps: int, hub: int, day: int = 0, most: int = 100_000
    ) -> TieIndex:
        """Return all that is related to the node on the day within so many steps under the automaton, from state 0."""
        table = np.ascontiguousarray(step, np.int32)
        if table.shape[1] != 2 * self.kinds or len(table) > STATES_MAX or table.max() >= len(table):
            raise ValueError(
                f"saw an automaton of shape {table.shape}, expected up to {STATES_MAX} states by {2 * self.kinds} moves"
            )
        while True:
            places, hubs = self._walk
            count, hub_count = _walk(
                node, table, steps, hub, day, most, self._span, self._pool, self._mask, places, hubs
            )
            if count >= 0:
                break
            self._walk = np.empty((2 * len(places), 5), np.int32), np.empty(2 * len(places), np.int32)
        nodes, states, depths, ties, before = places[:count].copy().T
        return TieIndex(nodes, states, depths, ties, before, hubs[:hub_count].copy(), count >= most)

    def _reserve(self, left: I32, right: I32) -> None:
        """Reserve space for many ties at once, so that no segment moves while they are added."""
        need = np.bincount(left, minlength=self.size) + np.bincount(right, minlength=self.size) + self._span[:, USED]
        self._span[:, ROOM] = np.maximum(self._span[:, ROOM], need)
        self._pool, self._top = repack(self._span, self._pool, 64)


@kernel
def _add(
    left: I32, right: I32, kind: I32, since: I64, until: I64, first: int, done: int, span: I64, pool: I64, top: int
) -> tuple[int, int]:
    """Add ties from number `done` on; return how many are in, and the pool's top.

    The kernel stops before a tie that has no space.
    """
    for i in range(done, len(left)):
        for direction in range(2):
            here, other = (left[i], right[i]) if direction == 0 else (right[i], left[i])
            grown = widen(here, span, pool, top)
            if grown < 0:
                # The first half of this tie is taken back, so that it can be added whole.
                if direction == 1:
                    span[left[i], USED] -= 1
                return i, top
            top = grown
            row = span[here, FIRST] + span[here, USED]
            pool[row, OTHER], pool[row, TIE], pool[row, MOVE] = other, first + i, 2 * kind[i] + direction
            pool[row, SINCE], pool[row, UNTIL] = since[i], until[i]
            span[here, USED] += 1
    return len(left), top


@kernel
def _end(tie: int, node: int, until: int, span: I64, pool: I64) -> bool:
    is_ended = False
    for row in range(span[node, FIRST], span[node, FIRST] + span[node, USED]):
        if pool[row, TIE] == tie:
            pool[row, UNTIL] = until
            is_ended = True
    return is_ended


@kernel
def _walk(
    origin: int,
    step: I32,
    steps: int,
    hub: int,
    day: int,
    most: int,
    span: I64,
    pool: I64,
    mask: I64,
    places: I32,
    hubs: I32,
) -> tuple[int, int]:
    """Write `places` (node, state, steps, tie, before) and `hubs`; return their counts, -1 if `places` is too small."""
    count, done, hub_count, full = 1, 0, 0, False
    places[0, NODE], places[0, STATE], places[0, STEPS], places[0, VIA], places[0, BEFORE] = origin, 0, 0, -1, -1
    mask[origin] = -1
    while done < count and not full:
        v, state, depth = places[done, NODE], places[done, STATE], places[done, STEPS]
        if depth == steps:
            break
        if span[v, USED] > hub and done > 0:
            if hub_count == 0 or not (hubs[:hub_count] == v).any():
                if hub_count == len(hubs):
                    full = True
                    break
                hubs[hub_count] = v
                hub_count += 1
            done += 1
            continue
        for row in range(span[v, FIRST], span[v, FIRST] + span[v, USED]):
            after = step[state, pool[row, MOVE]]
            w = pool[row, OTHER]
            if after < 0 or not pool[row, SINCE] <= day < pool[row, UNTIL] or mask[w] >> after & 1:
                continue
            if count == len(places) or count == most:
                full = count < most
                break
            mask[w] |= 1 << after
            places[count, NODE], places[count, STATE], places[count, STEPS] = w, after, depth + 1
            places[count, VIA], places[count, BEFORE] = pool[row, TIE], done
            count += 1
        if count == most:
            break
        done += 1
    for i in range(count):
        mask[places[i, NODE]] = 0
    return (-1 if full else count), hub_count
