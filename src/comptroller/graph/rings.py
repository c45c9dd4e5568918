"""Strong components in topological order, and circles of edges that hold at the same time (guarantees, cross-holdings).

Tarjan's algorithm (SIAM Journal on Computing, 1972), without recursion, numbers the components so that every edge leads
from a lower number to a higher one. Two entities that guarantee one another, and every longer circle, lie within one
component. Within it simple circles are walked out from their smallest member (the bounded form of Johnson, 1975). A
walk goes on only while its edges still have days in common. A circle that was never whole on any day is not a circle.
"""

# ruff: noqa: C901, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.jit import I32, I64, kernel

FOREVER = np.iinfo(np.int64).max
OPENS, CLOSES = range(2)
"""Columns of `spans`: the first moment of a circle, and the one after its last."""


@dataclass(frozen=True)
class Circles:
    """Circles of edges; circle `i` is `edges[start[i]:start[i+1]]`, from its smallest member on.

    The circle is whole in `[since, until)`. `is_cut` is true where the limit on circles or on steps was reached, so
    that there may be more.
    """

    start: I64
    edges: I32
    since: I64
    until: I64
    is_cut: bool

    def __len__(self) -> int:
        """Return the number of circles."""
        return len(self.since)

    def circle(self, place: int) -> list[int]:
        """Return the edges of one circle in their order."""
        return [int(edge) for edge in self.edges[self.start[place] : self.start[place + 1]]]


def adjacency(size: int, source: ArrayLike, target: ArrayLike) -> tuple[I64, I32, I32]:
    """Return edges sorted by their source: where each node's begin, their targets, and their numbers."""
    sources, targets = np.asarray(source, np.int32), np.asarray(target, np.int32)
    return _sort_edges(size, sources, targets)


def components(size: int, source: ArrayLike, target: ArrayLike) -> tuple[int, I32]:
    """Return the number of strong components and that of each node; every edge leads to its own or a higher
    component.
    """
    start, heads, _ = adjacency(size, source, target)
    count, label = strong(start, heads)
    return count, (count - 1 - label).astype(np.int32)


def circles(
    size: int,
    source: ArrayLike,
    target: ArrayLike,
    since: ArrayLike | None = None,
    until: ArrayLike | None = None,
    *,
    legs: int = 6,
    most: int = 100_000,
) -> Circles:
    """Return all simple circles of 2 to `legs` edges with validities `[since, until)` that share a moment.

    A pair both ways is a circle of 2.
    """
    sources, targets = np.asarray(source, np.int32), np.asarray(target, np.int32)
    edges = len(sources)
    begin = np.full(edges, -FOREVER, np.int64) if since is None else np.asarray(since, np.int64)
    end = np.full(edges, FOREVER, np.int64) if until is None else np.asarray(until, np.int64)
    start, heads, number = adjacency(size, sources, targets)
    _, label = strong(start, heads)
    arrays = _circles(start, heads, number, label, begin, end, legs, most)
    return Circles(*arrays)


@kernel
def _sort_edges(size: int, source: I32, target: I32) -> tuple[I64, I32, I32]:
    start = np.zeros(size + 1, np.int64)
    for v in source:
        start[v + 1] += 1
    for v in range(size):
        start[v + 1] += start[v]
    place = start[:size].copy()
    heads, number = np.empty(len(source), np.int32), np.empty(len(source), np.int32)
    for i in range(len(source)):
        spot = place[source[i]]
        place[source[i]] += 1
        heads[spot], number[spot] = target[i], i
    return start, heads, number


@kernel
def strong(start: I64, heads: I32) -> tuple[int, I32]:
    """Return the number of components and each node's (Tarjan); every edge leads to its own or a lower number."""
    size = len(start) - 1
    index, low = np.zeros(size, np.int32), np.zeros(size, np.int32)
    label = np.full(size, -1, np.int32)
    path, stack, cursor = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int64)
    count, clock = 0, 0
    for root in range(size):
        if index[root] != 0:
            continue
        if start[root] == start[root + 1]:
            clock += 1
            index[root], label[root] = clock, count
            count += 1
            continue
        depth, stack_size = 0, 0
        path[0], cursor[0] = root, start[root]
        clock += 1
        index[root] = low[root] = clock
        stack[0] = root
        stack_size = 1
        while depth >= 0:
            v = path[depth]
            if cursor[depth] < start[v + 1]:
                w = heads[cursor[depth]]
                cursor[depth] += 1
                if index[w] == 0:
                    clock += 1
                    index[w] = low[w] = clock
                    stack[stack_size] = w
                    stack_size += 1
                    depth += 1
                    path[depth], cursor[depth] = w, start[w]
                elif label[w] < 0 and index[w] < low[v]:
                    low[v] = index[w]
                continue
            if low[v] == index[v]:
                while True:
                    stack_size -= 1
                    label[stack[stack_size]] = count
                    if stack[stack_size] == v:
                        break
                count += 1
            depth -= 1
            if depth >= 0 and low[v] < low[path[depth]]:
                low[path[depth]] = low[v]
    return count, label


@kernel
def _circles(
    start: I64, heads: I32, number: I32, label: I32, since: I64, until: I64, legs: int, most: int
) -> tuple[I64, I32, I64, I64, bool]:
    size, steps, limit = len(start) - 1, 0, 1000 * most + 1_000_000
    on_path = np.zeros(size, np.bool_)
    node, cursor, edge = np.zeros(legs + 1, np.int32), np.zeros(legs + 1, np.int64), np.zeros(legs + 1, np.int32)
    first, last = np.zeros(legs + 1, np.int64), np.zeros(legs + 1, np.int64)
    begin, count, used = np.zeros(1024, np.int64), 0, 0
    members, spans = np.empty(4096, np.int32), np.empty((1024, 2), np.int64)
    for root in range(size):
        depth = 0
        node[0], cursor[0], on_path[root] = root, start[root], True
        first[0], last[0] = -FOREVER, FOREVER
        while depth >= 0:
            v = node[depth]
            if cursor[depth] == start[v + 1]:
                on_path[v] = False
                depth -= 1
                continue
            place = cursor[depth]
            cursor[depth] += 1
            steps += 1
            w = heads[place]
            if w < root or label[w] != label[root] or (on_path[w] and w != root) or w == v:
                continue
            edge[depth] = number[place]
            opens = max(first[depth], since[number[place]])
            closes = min(last[depth], until[number[place]])
            if opens >= closes:
                continue
            if w == root:
                if count + 1 >= len(begin):
                    begin = np.concatenate((begin, np.zeros_like(begin)))
                    spans = np.concatenate((spans, np.empty_like(spans)))
                if used + legs > len(members):
                    members = np.concatenate((members, np.empty_like(members)))
                for i in range(depth + 1):
                    members[used] = edge[i]
                    used += 1
                spans[count, OPENS], spans[count, CLOSES] = opens, closes
                count += 1
                begin[count] = used
            elif depth + 1 < legs:
                depth += 1
                node[depth], cursor[depth], on_path[w] = w, start[w], True
                first[depth], last[depth] = opens, closes
            if count >= most or steps > limit:
                return (
                    begin[: count + 1],
                    members[:used],
                    spans[:count, OPENS].copy(),
                    spans[:count, CLOSES].copy(),
                    True,
                )
    return begin[: count + 1], members[:used], spans[:count, OPENS].copy(), spans[:count, CLOSES].copy(), False
