"""Payments that come back: circles of 2 to 12 payments in order of time, reported when the last of them arrives.

A circle is a ring of different accounts (or control groups: pass `group`), each paying the next.

- Read once round, its payments never go back in time, and all lie within `window`.
- The smallest amount is at least `1 - tolerance` of the largest. Amounts are compared over the whole circle, not leg
  by leg, so that the answer does not depend on where the reading begins.
- If the caller wants it, all payments are for the same goods.
- Each circle is found once, when its last payment arrives. The order of arrival is free as long as no payment comes
  more than `slack` behind the newest. A later one is rejected and named.

Each account has one growing segment of payments in and one of payments out, in order of time. What no circle can need
any more is dropped when a segment fills. The search is in `cycle_search`. The problem is that of 2SCENT (Kumar and
Calders, VLDB 2018), the streaming form that of GraphS (Qiu and others, VLDB 2018). The form for many cores is that of
Blanusa and others (SPAA 2022), who also bound the length.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.cycle_search import (
    AMOUNT,
    FOUND,
    NUMBER,
    PEER,
    STRICT,
    TIME,
    TWINS,
    WINDOW,
    mark_ahead,
    walk_back,
)
from comptroller.graph.jit import I32, I64, kernel
from comptroller.graph.segmented_array import FIRST, ROOM, USED, empty, repack, widen

LEGS_MAX = 12
DONE, NO_ROOM_OUT, NO_ROOM_IN, NO_ROOM_FOUND = range(4)
"""Why `_feed` stopped: all payments are in, or an array is full."""
CROWDED, CUT, LATE, TWIN = range(4)
"""Sorts of notes: an account over the cap, a search at its limit, a payment too late, a payment equal to another."""
SORT, SUBJECT, ALIKE = range(3)
"""Columns of `notes`: the sort, the account or payment concerned, and for a twin the first payment."""
SLACK, CAP = range(2)
"""Places of `limits`."""
TOP_OUT, TOP_IN, NEWEST, LAST_STAMP = range(4)
"""Places of `state`: the tops of the two pools, the newest time, the stamp of the last search."""


@dataclass(frozen=True)
class CycleHits:
    """What a batch of payments completed: circle `i` is the payments `legs[start[i]:start[i+1]]` in order of time.

    - `crowded` are accounts with more live payments than the cap; their oldest payments were dropped.
    - `cut` are payments with a search that reached the limit on steps or circles.
    - `late` are payments that were rejected because they came too late. Where all three are empty, nothing was missed.
    - `twins` are (payment, first) where equal payments count as one leg: the first represents both.
    """

    start: I64
    legs: I64
    crowded: I64
    cut: I64
    late: I64
    twins: I64

    def __len__(self) -> int:
        """Return the number of circles."""
        return len(self.start) - 1

    def circles(self) -> list[tuple[int, ...]]:
        """Return every circle as the numbers of its payments."""
        return [tuple(self.legs[a:b].tolist()) for a, b in zip(self.start, self.start[1:], strict=False)]


@dataclass(frozen=True)
class CycleOptions:
    """What counts as a circle, and where the search stops and reports that it stopped.

    - `tolerance` is a fraction of the largest leg.
    - `slack` is how far behind the newest a payment may come (None: one window).
    - `strict` wants rising times, else equal ones may follow each other.
    - `any_order` asks only that all lie within the window. A circle is then listed in the order of its ring, the last
      to arrive at the end.
    - `fold` reports one circle per last payment and ring of accounts, the latest, where parallel payments of a pair
      would make many.
    - `twins` takes payments of one pair, time, amount and goods as one leg, in any order of arrival.
    - `cap` is the most live payments per account and side.
    """

    window: int
    legs: tuple[int, int] = (2, 6)
    tolerance: float = 0.1
    same_goods: bool = False
    strict: bool = False
    any_order: bool = False
    fold: bool = False
    twins: bool = False
    slack: int | None = None
    cap: int = 4096
    steps: int = 200_000
    finds: int = 1000

    def as_array(self) -> I64:
        """Return the whole numbers in the order the kernels read them."""
        if not 2 <= self.legs[0] <= self.legs[1] <= LEGS_MAX:
            raise ValueError(f"saw legs {self.legs}, expected 2 to {LEGS_MAX}")
        if self.window < 0 or not 0 <= self.tolerance <= 1 or self.cap < 8:
            raise ValueError("a window is not negative, a tolerance lies in 0 to 1, a cap is at least 8")
        law = (self.window, *self.legs, self.strict, self.same_goods, self.fold, self.steps, self.finds)
        return np.array([int(value) for value in (*law, self.any_order, self.twins)], np.int64)


class Cycles:
    """A stream of payments between accounts `0 .. accounts-1`, and the circles in it."""

    def __init__(self, accounts: int, law: CycleOptions, group: ArrayLike | None = None) -> None:
        """Start without payments; accounts of one `group` count as one, and payments within it are passed over."""
        self.law, self._law, self.count = law, law.as_array(), 0
        self.group: I32 = (
            np.arange(accounts, dtype=np.int32) if group is None else np.ascontiguousarray(group, np.int32)
        )
        nodes = int(self.group.max()) + 1 if accounts else 0
        slack = law.window if law.slack is None else law.slack
        self._limits: I64 = np.array([slack, law.cap], np.int64)
        self._out, self._in = empty(nodes, 4, 4 * nodes + 64), empty(nodes, 4, 4 * nodes + 64)
        self._marks: I64 = np.zeros((nodes, 3), np.int64)
        self._found: I64 = np.empty(64 * 1024 + 2 * (LEGS_MAX + 1) * law.finds, np.int64)
        self._frame: I64 = np.zeros((LEGS_MAX + 1, 10), np.int64)
        self._state: I64 = np.array([0, 0, -(1 << 60), 0], np.int64)

    def feed(
        self, time: ArrayLike, source: ArrayLike, target: ArrayLike, amount: ArrayLike, goods: ArrayLike | None = None
    ) -> CycleHits:
        """Add payments in the order of arrival (amounts in whole minor units above zero); return the circles that they
        complete.

        Their numbers run on from `count`.
        """
        times, amounts = np.ascontiguousarray(time, np.int64), np.ascontiguousarray(amount, np.int64)
        sources, targets = self.group[np.asarray(source, np.int32)], self.group[np.asarray(target, np.int32)]
        kinds = np.zeros(len(times), np.int64) if goods is None else np.ascontiguousarray(goods, np.int64)
        if len(amounts) and (amounts.min() <= 0 or kinds.min() < 0):
            raise ValueError("an amount is above zero, and a goods code is not negative")
        rows = np.stack((targets.astype(np.int64), sources.astype(np.int64), times, amounts, kinds), axis=1)
        keep, first, done = 1.0 - self.law.tolerance, self.count, 0
        legs, notes = [], []
        while True:
            done, used, why, noted = _feed(
                rows,
                done,
                first,
                self._law,
                self._limits,
                keep,
                *self._out,
                *self._in,
                self._marks,
                self._frame,
                self._found,
                self._state,
            )
            legs.append(self._found[:used].copy())
            notes.append(noted)
            if why == DONE:
                break
            if why == NO_ROOM_OUT:
                pool, self._state[TOP_OUT] = repack(*self._out, 64)
                self._out = self._out[0], pool
            elif why == NO_ROOM_IN:
                pool, self._state[TOP_IN] = repack(*self._in, 64)
                self._in = self._in[0], pool
        self.count += len(times)
        start, flat = _unpack(np.concatenate(legs))
        noted = np.concatenate(notes)
        crowded, cut, late = (noted[noted[:, SORT] == sort, SUBJECT] for sort in (CROWDED, CUT, LATE))
        return CycleHits(start, flat, np.unique(crowded), cut, late, noted[noted[:, SORT] == TWIN, SUBJECT:])


@kernel
def _unpack(packed: I64) -> tuple[I64, I64]:
    """Return length-prefixed lists as starts and one flat list."""
    count, i = 0, 0
    while i < len(packed):
        i += packed[i] + 1
        count += 1
    start, flat = np.zeros(count + 1, np.int64), np.empty(len(packed) - count, np.int64)
    i, n, used = 0, 0, 0
    while i < len(packed):
        for j in range(packed[i]):
            flat[used] = packed[i + 1 + j]
            used += 1
        i += packed[i] + 1
        n += 1
        start[n] = used
    return start, flat


@kernel
def _make_room(node: int, horizon: int, cap: int, span: I64, pool: I64, top: int) -> tuple[int, bool]:
    """Make space for one more row; return the new top (-1: pool full) and whether rows were dropped.

    First the expired rows go, then the segment is widened, then the oldest eighth goes.
    """
    used = span[node, USED]
    if used < span[node, ROOM]:
        return top, False
    first, dead = span[node, FIRST], 0
    while dead < used and pool[first + dead, TIME] < horizon:
        dead += 1
    forgot = used - dead >= cap
    if forgot:
        dead += cap // 8
    elif 4 * dead < used or used == 0:
        return widen(node, span, pool, top), False
    for i in range(dead, used):
        for c in range(4):
            pool[first + i - dead, c] = pool[first + i, c]
    span[node, USED] = used - dead
    return top, forgot


@kernel
def _twin(node: int, peer: int, time: int, amount: int, span: I64, pool: I64) -> int:
    """Return the number of a stored payment of this peer, time and amount, -1 where there is none."""
    row = span[node, FIRST] + span[node, USED] - 1
    while row >= span[node, FIRST] and pool[row, TIME] >= time:
        if pool[row, TIME] == time and pool[row, PEER] == peer and pool[row, AMOUNT] == amount:
            return int(pool[row, NUMBER])
        row -= 1
    return -1


@kernel
def _insert(node: int, peer: int, time: int, amount: int, number: int, span: I64, pool: I64) -> None:
    """Add a row behind all that are not later."""
    row = span[node, FIRST] + span[node, USED]
    while row > span[node, FIRST] and pool[row - 1, TIME] > time:
        for c in range(4):
            pool[row, c] = pool[row - 1, c]
        row -= 1
    pool[row, PEER], pool[row, TIME], pool[row, AMOUNT], pool[row, NUMBER] = peer, time, amount, number
    span[node, USED] += 1


@kernel
def _feed(
    rows: I64, done: int, first: int, law: I64, limits: I64, keep: float,
    span_out: I64, pool_out: I64, span_in: I64, pool_in: I64, marks: I64, frame: I64, circles: I64, state: I64,
) -> tuple[int, int, int, I64]:  # fmt: skip
    """Add payments from `done` on; return where it stopped, how much of `found` is used, why it stopped, and notes."""
    used, noted, notes = 0, 0, np.empty((16, 3), np.int64)
    fresh = np.empty(4, np.int64)
    for i in range(done, len(rows)):
        # The columns of `rows` are those that `Cycles.feed` stacks.
        target, source, time, amount, goods = rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4]
        if source == target:
            continue
        if noted + 4 > len(notes):
            notes = np.concatenate((notes, np.empty_like(notes)))
        if time < state[NEWEST] - limits[SLACK]:
            notes[noted, SORT], notes[noted, SUBJECT] = LATE, first + i
            noted += 1
            continue
        if law[TWINS]:
            twin = _twin(source, goods << 32 | target, time, amount, span_out, pool_out)
            if twin >= 0:
                notes[noted, SORT], notes[noted, SUBJECT], notes[noted, ALIKE] = TWIN, first + i, twin
                noted += 1
                continue
        if used + (LEGS_MAX + 1) * law[FOUND] > len(circles):
            return i, used, NO_ROOM_FOUND, notes[:noted]
        horizon = max(state[NEWEST], time) - limits[SLACK] - law[WINDOW]
        top, forgot = _make_room(source, horizon, limits[CAP], span_out, pool_out, state[TOP_OUT])
        if top < 0:
            return i, used, NO_ROOM_OUT, notes[:noted]
        state[TOP_OUT] = top
        if forgot:
            notes[noted, SORT], notes[noted, SUBJECT] = CROWDED, source
            noted += 1
        top, forgot = _make_room(target, horizon, limits[CAP], span_in, pool_in, state[TOP_IN])
        if top < 0:
            return i, used, NO_ROOM_IN, notes[:noted]
        state[TOP_IN] = top
        if forgot:
            notes[noted, SORT], notes[noted, SUBJECT] = CROWDED, target
            noted += 1
        if span_in[source, USED] > 0 and span_out[target, USED] > 0:
            state[LAST_STAMP] += 1
            band = (amount * keep, amount / keep if keep > 0 else np.inf)
            with_late = state[NEWEST] > time or (state[NEWEST] == time and not law[STRICT])
            if mark_ahead(target, goods, time, band, law, with_late, state[LAST_STAMP], span_out, pool_out, marks):
                fresh[PEER], fresh[TIME], fresh[AMOUNT], fresh[NUMBER] = goods << 32 | target, time, amount, first + i
                ends = (source, target, state[LAST_STAMP])
                used, _, is_cut = walk_back(
                    ends, fresh, law, keep, with_late, span_in, pool_in, marks, frame, circles, used
                )
                if is_cut:
                    notes[noted, SORT], notes[noted, SUBJECT] = CUT, first + i
                    noted += 1
        _insert(source, goods << 32 | target, time, amount, first + i, span_out, pool_out)
        _insert(target, goods << 32 | source, time, amount, first + i, span_in, pool_in)
        state[NEWEST] = max(state[NEWEST], time)
    return len(rows), used, DONE, notes[:noted]
