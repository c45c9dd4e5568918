"""How one company finds its nearest controller in the forest, and how a changed stake moves only what hangs on it.

Every node has a parent: its nearest controller. That is the deepest node with a subtree that holds more than the
threshold of the company. It is a single holder, or a meeting point found by climbing from every holder and adding up.

When a stake changes, the company is taken off its parent. So is every company that was held jointly by its subtree and
by others, because their meeting point may have been above. Each takes its own subtree with it, as the reasons lie
within. Then they look for their nearest controller again. What is attached makes the jointly held companies of its
subtree look again, until nothing moves. This is delete-and-rederive (Gupta, Mumick, Subrahmanian, SIGMOD 1993) on a
forest.

A node with its nearest controller in its own subtree closes a ring: all on the way control one another. By the rule of
100% no other party controls them. The ring is one root: a star under one member.
"""

# ruff: noqa: C901, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from comptroller.graph.jit import I32, I64, kernel
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, IN, NEXT_IN, NEXT_OUT, OUT, STAKE

PARENT, CHILD, NEXT, PREVIOUS, RING, STATE, ODD, MARK = range(8)
"""Columns of `node`: nearest controller, first child, siblings, ring (its star's centre), how it is decided, odd
holdings, mark.
"""

MOVED, WAS_UNDER = range(2)
"""Columns of `moved`: an entity that moved, and its parent before (`IN_RING` if it was in a ring)."""
IN_RING = -2

LOOSE, SINGLE, JOINTLY, IRREGULAR = range(4)
"""How a company is decided: by no party; by one holder; by a meeting point; only by the general fixpoint."""


@kernel
def judge(y: int, link: I32, parts: I64, head: I32, threshold: int, whole: int) -> tuple[int, int]:
    """Return how company y is decided, and the single holder that decides (-1 if none).

    One asserted controller decides alone if the others together could not pass the threshold without it. A company is
    irregular if it has several, if the others could outvote the one, or if its stakes exceed the whole.
    """
    total, own, most, holder = 0, 0, 0, -1
    asserted, voices = -1, 0
    row = head[y, IN]
    while row >= 0:
        h = link[row, HOLDER]
        if parts[row] > 0:
            if link[row, BASIS] == STAKE:
                total += parts[row]
                if h == y:
                    own = parts[row]
                elif parts[row] > most:
                    most, holder = parts[row], h
            elif h != y and h != asserted:  # noqa: PLR1714  a tuple of two widths is not typed
                asserted = h
                voices += 1
        row = link[row, NEXT_IN]
    if voices == 0:
        if total > whole:
            return IRREGULAR, -1
        if most > threshold:
            return SINGLE, holder
        return (JOINTLY, -1) if total - own > threshold else (LOOSE, -1)
    others, row = total - own, head[y, IN]
    while row >= 0:
        if link[row, HOLDER] == asserted and link[row, BASIS] == STAKE:
            others -= parts[row]
        row = link[row, NEXT_IN]
    if voices > 1 or others > threshold:
        return IRREGULAR, -1
    return SINGLE, asserted


@kernel
def meet(y: int, link: I32, parts: I64, head: I32, node: I32, threshold: int, tally: I64, visited: I32) -> int:
    """Return the deepest node with a subtree that holds more than the threshold of y (-1 if none).

    What hangs below y counts up to y only.
    """
    count, row = 0, head[y, IN]
    while row >= 0:
        v = link[row, HOLDER]
        if link[row, BASIS] == STAKE and parts[row] > 0 and v != y:
            while v >= 0 and v != y:
                if tally[v] == 0:
                    visited[count] = v
                    count += 1
                tally[v] += parts[row]
                v = node[v, PARENT]
        row = link[row, NEXT_IN]
    deepest, depth = -1, -1
    for i in range(count):
        v = visited[i]
        if tally[v] > threshold:
            steps, up = 0, node[v, PARENT]
            while up >= 0:
                steps += 1
                up = node[up, PARENT]
            if steps > depth:
                deepest, depth = v, steps
    for i in range(count):
        tally[visited[i]] = 0
    return deepest


@kernel
def attach(y: int, x: int, node: I32) -> None:
    """Hang y, which hangs nowhere, under x."""
    first = node[x, CHILD]
    node[y, PARENT], node[y, NEXT], node[y, PREVIOUS] = x, first, -1
    if first >= 0:
        node[first, PREVIOUS] = y
    node[x, CHILD] = y


@kernel
def detach(y: int, node: I32) -> None:
    """Remove y from its parent, if it has one."""
    x = node[y, PARENT]
    if x < 0:
        return
    before, after = node[y, PREVIOUS], node[y, NEXT]
    if before >= 0:
        node[before, NEXT] = after
    else:
        node[x, CHILD] = after
    if after >= 0:
        node[after, PREVIOUS] = before
    node[y, PARENT], node[y, NEXT], node[y, PREVIOUS] = -1, -1, -1


@kernel
def subtree(y: int, node: I32, out: I32) -> int:
    """Write y and all below it into `out`, parents first; return how many."""
    out[0] = y
    count, v = 1, node[y, CHILD]
    while v >= 0:
        out[count] = v
        count += 1
        if node[v, CHILD] >= 0:
            v = node[v, CHILD]
            continue
        while v != y and node[v, NEXT] < 0:
            v = node[v, PARENT]
        if v == y:
            break
        v = node[v, NEXT]
    return count


@kernel
def is_below(v: int, top: int, node: I32) -> bool:
    """Return whether v is top or hangs below it."""
    while v >= 0:
        if v == top:
            return True
        v = node[v, PARENT]
    return False


@kernel
def place(y: int, x: int, node: I32) -> bool:
    """Make x the nearest controller of y, closing or widening a ring if x hangs below y; whether anything moved."""
    ring = node[y, RING]
    top = ring if ring >= 0 else y
    if node[top, CHILD] >= 0 and is_below(x, top, node):
        if ring >= 0 and node[x, RING] == ring:
            return False
        node[top, RING] = top
        while x != top and node[x, RING] != top:
            up = node[x, PARENT]
            detach(x, node)
            attach(x, top, node)
            node[x, RING] = top
            x = up
        return True
    old = node[y, PARENT]
    # Controllers of a company lie on one line: a new one moves it only if it is nearer than the old one.
    if ring >= 0 or x == old or (old >= 0 and not is_below(x, old, node)):
        return False
    detach(y, node)
    attach(y, x, node)
    return True


@kernel
def note(y: int, node: I32, moved: I32, moves: int) -> int:
    """Note where y hung (-2 if in a ring), before it moves for the first time; return the count of notes."""
    if not node[y, MARK] & 2:
        node[y, MARK] |= 2
        moved[moves, MOVED] = y
        moved[moves, WAS_UNDER] = IN_RING if node[y, RING] >= 0 else node[y, PARENT]
        moves += 1
    return moves


@kernel
def uproot(y: int, link: I32, head: I32, node: I32, queue: I32, space: I32, moved: I32, moves: int) -> tuple[int, int]:
    """Remove y from its parent or its ring, and all that may have hung there because of y; return count and notes."""
    queue[0], count, done = y, 1, 0
    node[y, MARK] |= 1
    while done < count:
        w = queue[done]
        done += 1
        moves = note(w, node, moved, moves)
        top = node[w, RING]
        if top >= 0:
            v = node[top, CHILD]
            while v >= 0:
                after = node[v, NEXT]
                if node[v, RING] == top:
                    moves = note(v, node, moved, moves)
                    detach(v, node)
                    node[v, RING] = -1
                    if not node[v, MARK] & 1:
                        node[v, MARK] |= 1
                        queue[count] = v
                        count += 1
                v = after
            moves = note(top, node, moved, moves)
            node[top, RING] = -1
            if not node[top, MARK] & 1:
                node[top, MARK] |= 1
                queue[count] = top
                count += 1
        detach(w, node)
        below = subtree(w, node, space)
        for i in range(below):
            node[space[i], MARK] |= 4
        for i in range(below):
            row = head[space[i], OUT]
            while row >= 0:
                z = link[row, COMPANY]
                hangs = node[z, RING] >= 0 or (node[z, PARENT] >= 0 and not node[node[z, PARENT], MARK] & 4)
                if node[z, STATE] == JOINTLY and hangs and not node[z, MARK] & 1:
                    node[z, MARK] |= 1
                    queue[count] = z
                    count += 1
                row = link[row, NEXT_OUT]
        for i in range(below):
            node[space[i], MARK] &= ~4
    return count, moves


@kernel
def settle(
    waiting: int,
    link: I32,
    parts: I64,
    head: I32,
    node: I32,
    limits: tuple[int, int],
    tally: I64,
    queue: I32,
    space: I32,
    moved: I32,
    moves: int,
) -> int:
    """Attach every company in the queue to its nearest controller, and what that affects, until nothing moves.

    `queue` is a ring of `len(head)` places, the first `waiting` of them taken and marked with bit 1 of `MARK`. `limits`
    is threshold and whole. Return the count of notes on what moved.
    """
    size, threshold, first = len(head), limits[0], 0
    while waiting > 0:
        y = queue[first]
        first = first + 1 if first + 1 < size else 0
        waiting -= 1
        node[y, MARK] &= ~1
        state, x = judge(y, link, parts, head, threshold, limits[1])
        if state == JOINTLY:
            x = meet(y, link, parts, head, node, threshold, tally, space)
        if x < 0:
            continue
        before = moves
        moves = note(y, node, moved, moves)
        if not place(y, x, node):
            if moves > before:
                node[y, MARK] &= ~2
            moves = before
            continue
        top = node[y, RING] if node[y, RING] >= 0 else y
        for i in range(subtree(top, node, space)):
            v = space[i]
            if node[v, RING] >= 0:
                moves = note(v, node, moved, moves)
            row = head[v, OUT]
            while row >= 0:
                z = link[row, COMPANY]
                if node[z, STATE] == JOINTLY and parts[row] > 0 and not node[z, MARK] & 1:
                    node[z, MARK] |= 1
                    queue[(first + waiting) % size] = z
                    waiting += 1
                row = link[row, NEXT_OUT]
    return moves
