"""Solving the ownership equations block by block in a fixed order: one owner down, one entity up, or all owners at
once.

Entities are renumbered so that holders come before what they hold. Only the members of a loop depend on one another,
and they form a block, solved densely. `I - A` of a block is a Z-matrix. It has a non-negative inverse exactly if
elimination without exchanges meets only positive pivots (Fiedler and Ptak, 1962; Berman and Plemmons, 1994, ch. 6). So
the elimination itself separates a loop that owns itself wholly, or more, from one that does not. Blocks wider than
`DENSE` are solved by repeated passes (Gauss-Seidel).
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

import numpy as np

from comptroller.graph.jit import F64, I32, I64, kernel

DENSE = 600
PIVOT = 1e-11
PASSES = 20_000
ZERO, ONE, REACHED = range(3)
"""What a member of a loop without solution gets: nothing, all, or all if anything reaches the loop (and never more than
1).
"""


@kernel
def arrange(count: int, label: I32, holder: I32, company: I32, share: F64) -> tuple[I32, I32, I64, I32, F64]:
    """Return entities in order, each place's block end, and the stakes by the place of their company: start,
    holder's place, share.
    """
    size = len(label)
    begin = np.zeros(count + 1, np.int32)
    for v in range(size):
        begin[label[v] + 1] += 1
    for c in range(count):
        begin[c + 1] += begin[c]
    end = begin[1:].copy()
    order, place, block = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    for v in range(size):
        p = begin[label[v]]
        begin[label[v]] += 1
        order[p], place[v], block[p] = v, p, end[label[v]]
    start = np.zeros(size + 1, np.int64)
    for i in range(len(holder)):
        start[place[company[i]] + 1] += 1
    for p in range(size):
        start[p + 1] += start[p]
    cursor = start[:size].copy()
    above, part = np.empty(len(holder), np.int32), np.empty(len(holder), np.float64)
    for i in range(len(holder)):
        p = place[company[i]]
        above[cursor[p]], part[cursor[p]] = place[holder[i]], share[i]
        cursor[p] += 1
    return order, block, start, above, part


@kernel
def block_matrix(p: int, end: int, start: I64, holder: I32, share: F64, owner: int) -> F64:
    """Return `I - A` among the places p .. end-1, row by row of the held; the owner's own row is that of the
    identity.
    """
    width = end - p
    matrix = np.zeros((width, width))
    for i in range(width):
        matrix[i, i] = 1.0
        if p + i == owner:
            continue
        for s in range(start[p + i], start[p + i + 1]):
            if p <= holder[s] < end:
                matrix[i, holder[s] - p] -= share[s]
    return matrix


@kernel
def eliminate(matrix: F64, right: F64) -> bool:
    """Solve in place for all columns of `right`, without exchanges; false if a pivot is not positive."""
    width = len(matrix)
    for i in range(width):
        if matrix[i, i] <= PIVOT:
            return False
        for r in range(i + 1, width):
            factor = matrix[r, i] / matrix[i, i]
            if factor != 0.0:
                for c in range(i, width):
                    matrix[r, c] -= factor * matrix[i, c]
                for c in range(right.shape[1]):
                    right[r, c] -= factor * right[i, c]
    for i in range(width - 1, -1, -1):
        for c in range(right.shape[1]):
            value = right[i, c]
            for j in range(i + 1, width):
                value -= matrix[i, j] * right[j, c]
            right[i, c] = value / matrix[i, i]
    return True


@kernel
def repeat(p: int, end: int, start: I64, holder: I32, share: F64, owner: int, inflow: F64, out: F64) -> bool:
    """Solve a wide block by passes until nothing changes by more than 1e-14; false if it does not come to rest."""
    out[p:end] = inflow
    for _ in range(PASSES):
        change, most = 0.0, 0.0
        for q in range(p, end):
            if q == owner:
                continue
            value, own = inflow[q - p], 0.0
            for s in range(start[q], start[q + 1]):
                if holder[s] == q:
                    own += share[s]
                elif p <= holder[s] < end:
                    value += out[holder[s]] * share[s]
            if own >= 1.0 - PIVOT:
                return False
            value /= 1.0 - own
            change, most = max(change, abs(value - out[q])), max(most, abs(value))
            out[q] = value
        if change <= 1e-14 * max(1.0, most):
            return True
        if most > 1e9:
            return False
    return False


@kernel
def one_owner(
    seed: F64, owner: int, block: I32, start: I64, holder: I32, share: F64, unsolved: int, endless: F64
) -> F64:
    """Return `e = seed + e A` by places, with nothing led back into `owner` (-1 for none).

    `endless` is set to 1 in loops without solution.
    """
    size = len(block)
    e = np.zeros(size)
    p = 0
    while p < size:
        end = block[p]
        width = end - p
        if width == 1 and start[p] == start[end]:
            e[p] = seed[p]
            p = end
            continue
        own, is_reached = 0.0, False
        for q in range(p, end):
            value = seed[q]
            if q != owner:
                for s in range(start[q], start[q + 1]):
                    if holder[s] < p:
                        value += e[holder[s]] * share[s]
                    elif width == 1:
                        own += share[s]
            e[q] = value
            is_reached = is_reached or value > 0
        inflow = e[p:end].copy() if width > 1 else e[p:p]
        if width == 1:
            solved = own < 1.0 - PIVOT
            e[p] = e[p] / (1.0 - own) if solved else 0.0
        elif not is_reached and unsolved != ONE:
            solved = True
        elif width <= DENSE:
            right = inflow.reshape((width, 1))
            solved = eliminate(block_matrix(p, end, start, holder, share, owner), right)
            e[p:end] = right[:, 0]
        else:
            solved = repeat(p, end, start, holder, share, owner, inflow, e)
        if not solved:
            endless[p:end] = 1.0
            e[p:end] = 1.0 if unsolved == ONE or (unsolved == REACHED and is_reached) else 0.0
        if unsolved == REACHED:
            for q in range(p, end):
                e[q] = min(e[q], 1.0)
        p = end
    return e


@kernel
def up_from(
    entity: int, block: I32, start: I64, holder: I32, share: F64, undisclosed: F64, weight: F64
) -> tuple[I32, F64, float]:
    """Return the ultimate owners (by place) of one entity, their shares, and its gap.

    The equations are the same, walked from the entity up. Only what lies above the entity is visited, the furthest down
    first; `weight` is zero before and after.
    """
    above, count, done = np.empty(8, np.int32), 1, 0
    above[0], weight[entity] = entity, 1.0
    while done < count:
        q = above[done]
        done += 1
        for s in range(start[q], start[q + 1]):
            h = holder[s]
            if weight[h] == 0.0 and share[s] > 0.0:
                # A negative mark cannot be a weight: it only notes that the holder is listed.
                weight[h] = -1.0
                if count == len(above):
                    above = np.concatenate((above, np.empty_like(above)))
                above[count] = h
                count += 1
    above = np.sort(above[:count])
    for i in range(count):
        weight[above[i]] = 0.0
    weight[entity] = 1.0
    owners, shares, owner_count, gap = np.empty(count, np.int32), np.empty(count), 0, 0.0
    i = count - 1
    while i >= 0:
        end = block[above[i]]
        first = i
        while first > 0 and block[above[first - 1]] == end:
            first -= 1
        p = end - 1
        while p > 0 and block[p - 1] == end:
            p -= 1
        solved, loops = True, end - p > 1
        for s in range(start[p], start[end]):
            loops = loops or holder[s] == p
        if loops:
            right = weight[p:end].copy().reshape((end - p, 1))
            if eliminate(block_matrix(p, end, start, holder, share, -1).T.copy(), right):
                weight[p:end] = right[:, 0]
            else:
                solved = False
                gap += weight[p:end].sum()
        for q in range(p, end):
            if weight[q] == 0.0 or not solved:
                continue
            gap += weight[q] * undisclosed[q]
            if start[q] == start[q + 1] and q != entity:
                owners[owner_count], shares[owner_count] = q, weight[q]
                owner_count += 1
            for s in range(start[q], start[q + 1]):
                if holder[s] < p:
                    weight[holder[s]] += weight[q] * share[s]
        i = first - 1
    for j in range(count):
        weight[above[j]] = 0.0
    return owners[:owner_count], shares[:owner_count], gap


@kernel
def all_owners(least: float, block: I32, start: I64, holder: I32, share: F64, gap: F64) -> tuple[I64, I32, F64, F64]:
    """Return the ultimate owners of every place: where each one's list begins, the owners, their shares, and the
    dropped sum.

    Shares below `least` are dropped.
    """
    size = len(block)
    begin, dropped = np.zeros(size + 1, np.int64), np.zeros(size)
    owners, shares, used = np.empty(2 * size + 64, np.int32), np.empty(2 * size + 64), 0
    tally, listed, unit = np.zeros(size), np.empty(size, np.int32), np.ones((1, 1))
    p = 0
    while p < size:
        end = block[p]
        width = end - p
        if width == 1 and start[p] == start[end]:
            begin[end] = used
            p = end
            continue
        inverse, solved = (unit if width == 1 else np.eye(width)), width <= 4 * DENSE
        unit[0, 0] = 1.0
        if solved and (width > 1 or start[end] > start[p]):
            loops = width > 1
            for s in range(start[p], start[end]):
                loops = loops or holder[s] == p
            if loops:
                solved = eliminate(block_matrix(p, end, start, holder, share, -1), inverse)
        for i in range(width):
            count, lost = 0, 0.0
            for j in range(width):
                weight = inverse[i, j]
                if not solved or weight == 0.0:
                    continue
                for s in range(start[p + j], start[p + j + 1]):
                    h, part = holder[s], weight * share[s]
                    if h >= p or part == 0.0:
                        continue
                    lost += dropped[h] * part
                    if start[h] == start[h + 1]:
                        if tally[h] == 0.0:
                            listed[count] = h
                            count += 1
                        tally[h] += part
                    for k in range(begin[h], begin[h + 1]):
                        if tally[owners[k]] == 0.0:
                            listed[count] = owners[k]
                            count += 1
                        tally[owners[k]] += shares[k] * part
            if not solved and width > 4 * DENSE:
                lost = 1.0 - gap[p + i]
            if used + count > len(owners):
                owners = np.concatenate((owners, np.empty(len(owners) + count, np.int32)))
                shares = np.concatenate((shares, np.empty(len(shares) + count)))
            for k in range(count):
                value = tally[listed[k]]
                tally[listed[k]] = 0.0
                if value >= least:
                    owners[used], shares[used] = listed[k], value
                    used += 1
                else:
                    lost += value
            begin[p + i + 1], dropped[p + i] = used, lost
        p = end
    return begin, owners[:used], shares[:used], dropped
