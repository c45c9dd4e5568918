"""Levels below a root, and the chain that shows each: the shortest way down, the longest way down, and the way from A
to B.

The legal level of an entity is one more than the fewest stakes between it and a root; its management level is the same
over the edges 'is managed by'; both are one breadth-first pass from all roots. The longest chain is taken over the
edges handed in (those that carry control), on the acyclic order of strong components: a ring counts as one level, for
within it there is no up or down.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.jit import I32, I64, kernel
from comptroller.graph.rings import adjacency, strong


@dataclass(frozen=True)
class Levels:
    """Levels, edges and parents of entities, one place for each entity.

    A root has level 1, and an entity that no root reaches has 0. The edge is that from above (-1 at a root), beside the
    party above.
    """

    level: I32
    edge: I32
    above: I32

    def chain(self, entity: int) -> list[int]:
        """Return the edges from a root down to the entity; empty at a root and where no root reaches."""
        edges: list[int] = []
        while self.edge[entity] >= 0:
            edges.append(int(self.edge[entity]))
            entity = int(self.above[entity])
        return edges[::-1]

    def root(self, entity: int) -> int:
        """Return the root at the top of the entity's chain (itself if it has none)."""
        while self.edge[entity] >= 0:
            entity = int(self.above[entity])
        return entity


def shortest(size: int, above: ArrayLike, below: ArrayLike, roots: ArrayLike) -> Levels:
    """Return levels by the fewest edges from any of the roots; ties go to the earlier root and the lower edge."""
    start, heads, number = adjacency(size, above, below)
    return Levels(*_breadth_first(start, heads, number, np.asarray(roots, np.int32)))


def longest(size: int, above: ArrayLike, below: ArrayLike, roots: ArrayLike) -> Levels:
    """Return levels by the most edges from any of the roots; a ring counts as one level."""
    start, heads, number = adjacency(size, above, below)
    count, label = strong(start, heads)
    return Levels(*_deepest(start, heads, number, count, label, np.asarray(roots, np.int32)))


def path(size: int, above: ArrayLike, below: ArrayLike, top: int, bottom: int) -> list[int] | None:
    """Return the edges of a shortest way from top down to bottom, None if there is none."""
    levels = shortest(size, above, below, [top])
    return levels.chain(bottom) if levels.level[bottom] > 0 else None


@kernel
def _breadth_first(start: I64, heads: I32, number: I32, roots: I32) -> tuple[I32, I32, I32]:
    size = len(start) - 1
    level, edge, above = np.zeros(size, np.int32), np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    queue, done, count = np.empty(size, np.int32), 0, 0
    for root in roots:
        if level[root] == 0:
            level[root], queue[count] = 1, root
            count += 1
    while done < count:
        v = queue[done]
        done += 1
        for i in range(start[v], start[v + 1]):
            w = heads[i]
            if level[w] == 0:
                level[w], edge[w], above[w] = level[v] + 1, number[i], v
                queue[count] = w
                count += 1
    return level, edge, above


@kernel
def _deepest(start: I64, heads: I32, number: I32, count: int, label: I32, roots: I32) -> tuple[I32, I32, I32]:
    size = len(start) - 1
    level, edge, above = np.zeros(size, np.int32), np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    members, begin = np.empty(size, np.int32), np.zeros(count + 1, np.int32)
    for v in range(size):
        begin[count - 1 - label[v] + 1] += 1
    for c in range(count):
        begin[c + 1] += begin[c]
    fill = begin[:count].copy()
    for v in range(size):
        c = count - 1 - label[v]
        members[fill[c]] = v
        fill[c] += 1
    for root in roots:
        level[root] = 1
    queue = np.empty(size, np.int32)
    for c in range(count):
        # The ring's member that lies deepest by edges from outside is its entrance; the others are reached within it.
        entrance = -1
        for m in range(begin[c], begin[c + 1]):
            v = members[m]
            if level[v] > 0 and (entrance < 0 or level[v] > level[entrance]):
                entrance = v
        if entrance < 0:
            continue
        for m in range(begin[c], begin[c + 1]):
            if members[m] != entrance:
                level[members[m]], edge[members[m]], above[members[m]] = 0, -1, -1
        queue[0], done, queued = entrance, 0, 1
        while done < queued:
            v = queue[done]
            done += 1
            for i in range(start[v], start[v + 1]):
                w = heads[i]
                if label[w] == label[v]:
                    if level[w] == 0:
                        level[w], edge[w], above[w] = level[entrance], number[i], v
                        queue[queued] = w
                        queued += 1
                elif level[w] < level[entrance] + 1:
                    level[w], edge[w], above[w] = level[entrance] + 1, number[i], v
    return level, edge, above
