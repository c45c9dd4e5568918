"""One growing segment of rows per node in one pool: rows of a node are adjacent, and a full segment moves to the end.

A walk reads a node's rows from one place in memory, and adding a row costs the same however many nodes there are. A
segment that is full takes twice its capacity at the end of the pool and leaves its old place behind. When the pool
itself is full, its owner writes all segments afresh into a larger one (`repack`), which drops what was left behind.
"""

import numpy as np

from comptroller.graph.jit import I64, kernel

FIRST, USED, ROOM = range(3)
"""Columns of `span`: where a node's segment begins, how many rows it has, and its capacity in rows."""

SMALLEST = 4


def empty(nodes: int, columns: int, rows: int) -> tuple[I64, I64]:
    """Return spans for so many nodes, and a pool for so many rows."""
    return np.zeros((nodes, 3), np.int64), np.empty((rows, columns), np.int64)


@kernel
def widen(node: int, span: I64, pool: I64, top: int) -> int:
    """Make space for one more row of the node; return the pool's new top, or -1 if the pool is full."""
    used, room = span[node, USED], span[node, ROOM]
    if used < room:
        return top
    larger = SMALLEST if room == 0 else 2 * room
    if top + larger > len(pool):
        return -1
    first = span[node, FIRST]
    for i in range(used):
        for c in range(pool.shape[1]):
            pool[top + i, c] = pool[first + i, c]
    span[node, FIRST], span[node, ROOM] = top, larger
    return top + larger


@kernel
def repack(span: I64, pool: I64, spare: int) -> tuple[I64, int]:
    """Return all segments side by side in a new pool, and its top.

    The new pool is half as large again, with space to double any one segment.
    """
    top = 0
    for node in range(len(span)):
        top += span[node, ROOM]
        spare = max(spare, 2 * span[node, ROOM])
    fresh = np.empty((top + top // 2 + spare, pool.shape[1]), np.int64)
    top = 0
    for node in range(len(span)):
        first = span[node, FIRST]
        for i in range(span[node, USED]):
            for c in range(pool.shape[1]):
                fresh[top + i, c] = pool[first + i, c]
        span[node, FIRST] = top
        top += span[node, ROOM]
    return fresh, top
