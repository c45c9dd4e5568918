"""Reading the control forest: its pre-order, its roots, and the pairs that only the general fixpoint knows.

In pre-order everything below a node follows right behind it. So 'x controls y' is two comparisons, and what x controls
is a slice. What the forest leaves out are the pairs that lead through an irregular company. Only owners above a holder
of one can have such pairs, and those few are closed one by one.
"""

# ruff: noqa: C901  (a kernel takes its arrays flat and keeps its loop in one place)

import numpy as np

from comptroller.graph.control import ENTITY, close
from comptroller.graph.forest_update import CHILD, NEXT, ODD, PARENT, RING, is_below
from comptroller.graph.jit import I32, I64, kernel


@kernel
def number(node: I32) -> tuple[I32, I32, I32]:
    """Return pre-order, place of each node in it, and place after the last of its subtree; ring members share
    their ring's span.
    """
    size = len(node)
    order, enter, leave = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    count = 0
    for root in range(size):
        if node[root, PARENT] >= 0:
            continue
        v = root
        enter[v], order[count] = count, v
        count += 1
        while True:
            if node[v, CHILD] >= 0:
                v = node[v, CHILD]
                enter[v], order[count] = count, v
                count += 1
                continue
            leave[v] = count
            while v != root and node[v, NEXT] < 0:
                v = node[v, PARENT]
                leave[v] = count
            if v == root:
                break
            v = node[v, NEXT]
            enter[v], order[count] = count, v
            count += 1
    for v in range(size):
        top = node[v, RING]
        if top >= 0 and top != v:
            enter[v], leave[v] = enter[top], leave[top]
    return order, enter, leave


@kernel
def roots(node: I32, order: I32) -> I32:
    """Return each node's root; a ring's smallest member represents the ring."""
    size = len(node)
    top = np.arange(size).astype(np.int32)
    least = np.arange(size).astype(np.int32)
    for v in range(size):
        ring = node[v, RING]
        if ring >= 0 and v < least[ring]:
            least[ring] = v
    for i in range(size):
        v = order[i]
        above = node[v, PARENT]
        top[v] = least[v] if above < 0 else top[above]
    return top


@kernel
def holds_below(owner: int, entity: int, node: I32) -> bool:
    """Return whether the owner controls the entity in the forest."""
    top = node[owner, RING] if node[owner, RING] >= 0 else owner
    return owner != entity and is_below(entity, top, node)


@kernel
def close_one(owner: int, link: I32, parts: I64, head: I32, threshold: int) -> I32:
    """Return what one owner controls by the general fixpoint."""
    size = len(head)
    out = np.empty((size + 1, 4), np.int64)
    inside, tally = np.zeros(size, np.int32), np.zeros(size, np.int64)
    best_row, queue = np.empty(size, np.int32), np.empty(size, np.int32)
    count = close(owner, link, parts, head, threshold, 1, inside, tally, best_row, queue, out)
    return out[:count, ENTITY].astype(np.int32)


@kernel
def exceptions(link: I32, parts: I64, head: I32, node: I32, threshold: int) -> I32:
    """Return pairs (owner, entity) that the general fixpoint has and the forest has not."""
    size = len(head)
    above = np.zeros(size, np.bool_)
    for v in range(size):
        if node[v, ODD] > 0:
            up = v
            while up >= 0 and not above[up]:
                above[up] = True
                up = node[up, PARENT]
    for v in range(size):
        if node[v, RING] >= 0 and above[node[v, RING]]:
            above[v] = True
    out = np.empty((size + 1, 4), np.int64)
    inside, tally = np.zeros(size, np.int32), np.zeros(size, np.int64)
    best_row, queue = np.empty(size, np.int32), np.empty(size, np.int32)
    total, pairs = 0, np.empty((64, 2), np.int32)
    for owner in range(size):
        if not above[owner]:
            continue
        count = close(owner, link, parts, head, threshold, owner + 1, inside, tally, best_row, queue, out)
        for i in range(count):
            if not holds_below(owner, out[i, ENTITY], node):
                if total == len(pairs):
                    pairs = np.concatenate((pairs, np.empty_like(pairs)))
                pairs[total, 0], pairs[total, 1] = owner, out[i, ENTITY]
                total += 1
    return pairs[:total]
