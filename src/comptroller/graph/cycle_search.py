"""The search behind one payment: marks two hops out from where it went, then a walk back from where it came.

A payment e from s to d closes a circle if money could have come from d to s: payments from account to account in order
of time. From d the earliest arrivals one and two hops out are marked. Then the walk goes back from s over incoming
payments, later ones first. With two legs or fewer left, it takes only branches that the marks can complete.
(Read-Tarjan's rule of never entering what cannot be finished, in the temporal form of 2SCENT, Kumar and Calders 2018,
and Blanusa and others 2022.)

A payment may arrive after later ones. A circle is then reported when its last payment arrives, at any place in time.
The legs that follow e in the circle may be late ones (not before e), after which the circle wraps to its earliest leg.
Late keys sort before early ones, so one falling bound serves both parts.
"""

# ruff: noqa: C901, FBT001, PLR0912, PLR0913, PLR0915, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

import numpy as np

from comptroller.graph.jit import I64, kernel
from comptroller.graph.segmented_array import FIRST, USED

PEER, TIME, AMOUNT, NUMBER = range(4)
"""Columns of a row: the other account with the goods above bit 32, time, amount, number of the payment."""

WINDOW, LEAST, MOST, STRICT, GOODS, FOLD, STEPS, FOUND, ANY_ORDER, TWINS = range(10)
"""Places of `law`, in order:

- the window, the fewest legs and the most legs;
- flags: times rise strictly, goods agree, one circle per ring of accounts (fold);
- the most steps and the most circles of one search;
- flags: any order of time, equal payments are one leg.
"""

NODE, CURSOR, IS_LATE, CAME_LATE, BOUND, EARLIEST, LOW, HIGH, PAYMENT, PATH = range(10)
"""Columns of `frame`, a row for each account on the walk.

- the account, and the next payment to try (its place in the pool);
- whether late legs are tried (else early ones), and whether the walk came by a late leg;
- the time that the next leg may not pass (in any order: the latest time), and the earliest time;
- the least and the greatest amount;
- the payment that was taken from here, and the hash of the accounts so far.
"""

STAMP, ONE_HOP, TWO_HOPS = range(3)
"""Columns of `marks`, a row for each account: the stamp of the search that wrote it (negative at the origin: the marks
two hops out are not complete), and the earliest arrival one and two hops out.
"""

PEER_MASK = (1 << 32) - 1
LATE = 1 << 61
NEVER = 1 << 62


@kernel
def keys(time: int, now: int, law: I64, with_late: bool) -> tuple[int, int]:
    """Return the order keys of a leg of this time in a circle through a payment at `now`: as a late leg, and as
    an early one.
    """
    late, early = NEVER, NEVER
    if law[ANY_ORDER]:
        return late, 0 if abs(time - now) <= law[WINDOW] else NEVER
    if with_late and now <= time <= now + law[WINDOW] and not (law[STRICT] and time == now):
        late = time - LATE
    if now - law[WINDOW] <= time <= now and not (law[STRICT] and time == now):
        early = time
    return late, early


@kernel
def mark_ahead(
    origin: int,
    goods: int,
    now: int,
    band: tuple[float, float],
    law: I64,
    with_late: bool,
    stamp: int,
    span: I64,
    pool: I64,
    marks: I64,
) -> bool:
    """Mark earliest arrivals one and two hops from `origin` into `marks` (stamp, one hop, two hops); whether there are
    any.
    """
    steps, is_marked = 0, False
    first = span[origin, FIRST]
    for row in range(first + span[origin, USED] - 1, first - 1, -1):
        if pool[row, TIME] < now - law[WINDOW]:
            break
        if not band[0] <= pool[row, AMOUNT] <= band[1] or (law[GOODS] and pool[row, PEER] >> 32 != goods):
            continue
        late, early = keys(pool[row, TIME], now, law, with_late)
        key, v = min(late, early), pool[row, PEER] & PEER_MASK
        if key == NEVER:
            continue
        if marks[v, STAMP] != stamp:
            marks[v, STAMP], marks[v, ONE_HOP], marks[v, TWO_HOPS] = stamp, key, NEVER
        elif key < marks[v, ONE_HOP]:
            marks[v, ONE_HOP] = key
        is_marked = True
    if not is_marked or law[MOST] < 4:
        return is_marked
    for row in range(first + span[origin, USED] - 1, first - 1, -1):
        if pool[row, TIME] < now - law[WINDOW]:
            break
        v = pool[row, PEER] & PEER_MASK
        if marks[v, STAMP] != stamp or marks[v, ONE_HOP] == NEVER:
            continue
        late, early = keys(pool[row, TIME], now, law, with_late)
        # Only the earliest payment to v opens the way on from it.
        if min(late, early) != marks[v, ONE_HOP]:
            continue
        begin = span[v, FIRST]
        for second in range(begin + span[v, USED] - 1, begin - 1, -1):
            steps += 1
            if pool[second, TIME] < now - law[WINDOW]:
                break
            if not band[0] <= pool[second, AMOUNT] <= band[1] or (law[GOODS] and pool[second, PEER] >> 32 != goods):
                continue
            late, early = keys(pool[second, TIME], now, law, with_late)
            reach = NEVER
            if late != NEVER and late >= marks[v, ONE_HOP]:
                reach = late
            elif early != NEVER and early >= marks[v, ONE_HOP]:
                reach = early
            if reach == NEVER:
                continue
            w = pool[second, PEER] & PEER_MASK
            if marks[w, STAMP] != stamp:
                marks[w, STAMP], marks[w, ONE_HOP], marks[w, TWO_HOPS] = stamp, NEVER, reach
            elif reach < marks[w, TWO_HOPS]:
                marks[w, TWO_HOPS] = reach
            if steps > law[STEPS]:
                marks[origin, STAMP] = -stamp
                return True
    return True


@kernel
def was_taken(place: int, end: int, upper: int, law: I64, pool: I64) -> bool:
    """Return whether a later payment of this pair and amount was tried before: what this one completes, that
    one did.
    """
    for row in range(place + 1, min(end, place + 256)):
        if pool[row, TIME] > upper or (law[ANY_ORDER] and pool[row, TIME] != pool[place, TIME]):
            return False
        if pool[row, PEER] == pool[place, PEER] and pool[row, AMOUNT] == pool[place, AMOUNT]:
            return not law[STRICT] or pool[row, TIME] < upper
    return False


@kernel
def walk_back(
    ends: tuple[int, int, int], row_new: I64, law: I64, keep: float, with_late: bool,
    span_in: I64, pool_in: I64, marks: I64, frame: I64, circles: I64, used: int,
) -> tuple[int, int, bool]:  # fmt: skip
    """Write every circle that the new payment completes into `found`; return the new `used`, the count, and whether it
    was cut short.

    `ends` is (source, target, stamp); each circle is its number of legs, then the numbers of its payments in order of
    time. The walk stops at the limits of `law` on steps and finds. Shapes: `law` (10,), `span_in` (accounts, 3),
    `pool_in` (payments, 4), `marks` (accounts, 3), `frame` (legs + 1, 10), `found` and `used`: a flat list and its
    length.
    """
    source, target, stamp = ends
    now, goods, window, legs_most = row_new[TIME], row_new[PEER] >> 32, law[WINDOW], law[MOST]
    two_known = marks[target, STAMP] != -stamp
    count, steps, depth = 0, 0, 0
    hashes, listed = np.empty(law[FOUND] if law[FOLD] else 0, np.int64), 0
    frame[0, NODE], frame[0, CAME_LATE], frame[0, BOUND], frame[0, EARLIEST] = source, 0, now, now
    frame[0, LOW], frame[0, HIGH], frame[0, PATH] = row_new[AMOUNT], row_new[AMOUNT], source
    with_late = with_late and not law[ANY_ORDER]
    frame[0, IS_LATE] = 1 if with_late else 0
    frame[0, CURSOR] = span_in[source, FIRST] + span_in[source, USED] - 1
    while depth >= 0:
        v, place = frame[depth, NODE], frame[depth, CURSOR]
        late, bound, earliest = frame[depth, IS_LATE] == 1, frame[depth, BOUND], frame[depth, EARLIEST]
        ended = place < span_in[v, FIRST]
        if not ended:
            frame[depth, CURSOR] = place - 1
            time = pool_in[place, TIME]
            steps += 1
            ended = time < now if late else time < now - window
        if ended:
            if late and frame[depth, CAME_LATE] == 0:
                frame[depth, IS_LATE] = 0
                frame[depth, CURSOR] = span_in[v, FIRST] + span_in[v, USED] - 1
            else:
                depth -= 1
            continue
        if steps > law[STEPS]:
            return used, count, True
        # Is this leg in order of time?
        if law[ANY_ORDER]:
            if time > earliest + window or time < bound - window:
                continue
        elif late:
            upper = bound if frame[depth, CAME_LATE] == 1 else earliest + window
            if time > upper or (law[STRICT] and (time == now or (frame[depth, CAME_LATE] == 1 and time == bound))):
                continue
            if frame[depth, CAME_LATE] == 0 and earliest == now and time == now:
                continue
        elif time > bound or (law[STRICT] and time == bound):
            continue
        low, high = min(frame[depth, LOW], pool_in[place, AMOUNT]), max(frame[depth, HIGH], pool_in[place, AMOUNT])
        if low < high * keep or (law[GOODS] and pool_in[place, PEER] >> 32 != goods):
            continue
        u = pool_in[place, PEER] & PEER_MASK
        left = legs_most - depth - 2
        if u == target:
            if depth + 2 < law[LEAST]:
                continue
            if law[FOLD]:
                known = False
                for i in range(listed):
                    known = known or hashes[i] == frame[depth, PATH]
                if known:
                    continue
                hashes[listed] = frame[depth, PATH]
                listed += 1
            frame[depth, PAYMENT] = pool_in[place, NUMBER]
            # Legs in the frames run backward in time, late ones last: the circle begins at the last early
            # one.
            turn = 0
            while turn <= depth and frame[turn, IS_LATE] != 1:
                turn += 1
            circles[used] = depth + 2
            used += 1
            for i in range(turn - 1, -1, -1):
                circles[used] = frame[i, PAYMENT]
                used += 1
            circles[used] = row_new[NUMBER]
            used += 1
            for i in range(depth, turn - 1, -1):
                circles[used] = frame[i, PAYMENT]
                used += 1
            count += 1
            if count >= law[FOUND]:
                return used, count, True
            continue
        if left < 1:
            continue
        key = time - LATE if late else (0 if law[ANY_ORDER] else time)
        if left <= 2:
            near = marks[u, STAMP] == stamp and marks[u, ONE_HOP] <= key
            if left == 1 and not near:
                continue
            if left == 2 and two_known and not near and not (marks[u, STAMP] == stamp and marks[u, TWO_HOPS] <= key):
                continue
        known = False
        for i in range(depth + 1):
            known = known or frame[i, NODE] == u
        if known:
            continue
        if law[FOLD]:
            upper = earliest + window if late and frame[depth, CAME_LATE] == 0 else bound
            if was_taken(place, span_in[v, FIRST] + span_in[v, USED], upper, law, pool_in):
                continue
        frame[depth, PAYMENT] = pool_in[place, NUMBER]
        depth += 1
        frame[depth, NODE], frame[depth, CAME_LATE], frame[depth, BOUND] = u, 1 if late else 0, time
        frame[depth, EARLIEST] = earliest if late else time
        if law[ANY_ORDER]:
            frame[depth, BOUND], frame[depth, EARLIEST] = max(bound, time), min(earliest, time)
        frame[depth, LOW], frame[depth, HIGH] = low, high
        frame[depth, PATH] = frame[depth - 1, PATH] * 1_000_003 + u + 1
        frame[depth, IS_LATE] = 1 if with_late else 0
        frame[depth, CURSOR] = span_in[u, FIRST] + span_in[u, USED] - 1
    return used, count, False
