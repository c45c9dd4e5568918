"""Who controls an entity, by which chain and on what basis, told the same whatever the order in which stakes arrived.

`control` finds the least fixpoint owner by owner, and names the edge by which a company entered: which edge that is may
depend on the order of rows. Here the fixpoint is walked in rounds: all that passes the threshold enters at once; only
when nothing more does, all that is asserted enters at once; and so on. What entered when is then a matter of the stakes
alone, and so is the strongest edge from what entered before: the chain back to the owner. Only what lies above the
entity is looked at, because nothing else can count for it (company control: Ceri, Gottlob, Tanca, 1990; Gulino and
others, ICDE 2021).
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917, PLR0915  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.compiled import I32, I64, kernel
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, IN, NEXT_IN, NEXT_OUT, OUT, STAKE, Stakes

DIRECT, JOINT = 0, -1


@dataclass(frozen=True)
class Chains:
    """Pairs (owner, entity) for the entities asked about, in their order.

    `basis` is `DIRECT`, `JOINT` or the code of the assertion by which the entity entered; `tally` is the parts counted
    then; `is_ultimate` says that nobody controls the owner but members of its own ring, `is_ring` that it has one.
    The chain of pair `i` is the rows `rows[start[i]:start[i+1]]` of the stakes, from the owner down.
    """

    owner: I32
    entity: I32
    basis: I32
    tally: I64
    is_ultimate: I32
    is_ring: I32
    start: I64
    rows: I32

    def __len__(self) -> int:
        """The number of pairs."""
        return len(self.owner)

    def chain(self, place: int) -> list[int]:
        """The rows of one pair's chain."""
        return [int(row) for row in self.rows[self.start[place] : self.start[place + 1]]]


def chains(
    stakes: Stakes, threshold: int, entities: ArrayLike, order: ArrayLike, *, parts: I64 | None = None
) -> Chains:
    """All that control each of the entities with more than `threshold` parts or by an assertion.

    `order` gives every entity a number that does not depend on when it was first named: it settles ties. `parts` are
    counted instead of those of the stakes, row by row (what is certain of a stake known by its bounds).
    """
    asked, keys = np.asarray(entities, np.int32), np.asarray(order, np.int64)
    counted = stakes.parts if parts is None else parts
    pairs, start, rows = _chains(asked, stakes.link, counted, stakes.head, keys, threshold)
    columns = [pairs[:, at].astype(np.int32) for at in (0, 1, 2, 4, 5)]
    owner, entity, basis, is_ultimate, is_ring = columns
    return Chains(owner, entity, basis, pairs[:, 3].copy(), is_ultimate, is_ring, start, rows)


def below(stakes: Stakes, entities: ArrayLike) -> I32:
    """The entities and all that hangs below them by stakes or assertions: what may differ when theirs do."""
    found: I32 = _below(np.asarray(entities, np.int32), stakes.link, stakes.parts, stakes.head)
    return found


@kernel
def _below(entities: I32, link: I32, parts: I64, head: I32) -> I32:
    seen, names, count, done = set(entities[:0]), entities.copy(), len(entities), 0
    for v in entities:
        seen.add(v)
    while done < count:
        row = head[names[done], OUT]
        while row >= 0:
            company = link[row, COMPANY]
            if parts[row] > 0 and company not in seen:
                if count == len(names):
                    names = np.concatenate((names, np.empty_like(names)))
                seen.add(company)
                names[count] = company
                count += 1
            row = link[row, NEXT_OUT]
        done += 1
    return names[:count].copy()


@kernel
def _above(entity: int, link: I32, head: I32, parts: I64, local: I32) -> tuple[I32, I32, I32, I32]:
    """All above the entity by stakes and assertions, it first: names, each one's first row, rows, their holders."""
    names, count, done = np.empty(16, np.int32), 1, 0
    start, rows, holders, used = np.zeros(17, np.int32), np.empty(16, np.int32), np.empty(16, np.int32), 0
    names[0], local[entity] = entity, 0
    while done < count:
        row = head[names[done], IN]
        while row >= 0:
            h = link[row, HOLDER]
            if parts[row] > 0 and h != names[done]:
                if local[h] < 0:
                    if count == len(names):
                        names = np.concatenate((names, np.empty_like(names)))
                        start = np.concatenate((start, np.zeros_like(names[: len(names) // 2])))
                    names[count], local[h] = h, count
                    count += 1
                if used == len(rows):
                    rows = np.concatenate((rows, np.empty_like(rows)))
                    holders = np.concatenate((holders, np.empty_like(holders)))
                rows[used], holders[used] = row, local[h]
                used += 1
            row = link[row, NEXT_IN]
        done += 1
        start[done] = used
    for i in range(count):
        local[names[i]] = -1
    return names[:count], start[: count + 1], rows[:used], holders[:used]


@kernel
def _rounds(
    x: int,
    goal: int,
    out_start: I32,
    out_row: I32,
    out_to: I32,
    rows: I32,
    link: I32,
    parts: I64,
    threshold: int,
    when: I32,
    by: I32,
    tally: I64,
    members: I32,
) -> int:
    """One owner's closure in rounds: `when` each local node entered (-1: not), `by` 0 stakes or 1 assertion.

    Stops once the goal is in; -1 asks for everything. Gives the count of members.
    """
    for i in range(len(when)):
        when[i], tally[i] = -1, 0
    when[x], by[x], members[0] = 0, 0, x
    count, counted, asserted, step = 1, 0, 0, 0
    while goal < 0 or when[goal] < 0:
        step += 1
        before = count
        for m in range(counted, before):
            v = members[m]
            for i in range(out_start[v], out_start[v + 1]):
                if link[rows[out_row[i]], BASIS] == STAKE:
                    tally[out_to[i]] += parts[rows[out_row[i]]]
        for m in range(counted, before):
            v = members[m]
            for i in range(out_start[v], out_start[v + 1]):
                w = out_to[i]
                if when[w] < 0 and tally[w] > threshold and link[rows[out_row[i]], BASIS] == STAKE:
                    when[w], by[w], members[count] = step, 0, w
                    count += 1
        counted = before
        if count > before:
            continue
        for m in range(asserted, before):
            v = members[m]
            for i in range(out_start[v], out_start[v + 1]):
                w = out_to[i]
                if when[w] < 0 and link[rows[out_row[i]], BASIS] != STAKE:
                    when[w], by[w], members[count] = step, 1, w
                    count += 1
        asserted = before
        if count == before:
            break
    return count


@kernel
def _strongest(
    w: int,
    start: I32,
    rows: I32,
    holders: I32,
    names: I32,
    link: I32,
    parts: I64,
    order: I64,
    when: I32,
    by: I32,
) -> int:
    """The place of the strongest row into local node w from what entered before it."""
    best = -1
    for i in range(start[w], start[w + 1]):
        h, basis = holders[i], link[rows[i], BASIS]
        if when[h] < 0 or when[h] >= when[w] or (basis == STAKE) != (by[w] == 0):
            continue
        if best < 0:
            best = i
            continue
        b = holders[best]
        ahead = parts[rows[i]] - parts[rows[best]] if by[w] == 0 else link[rows[best], BASIS] - basis
        if ahead == 0 and by[w] == 1:
            ahead = when[b] - when[h]
        if ahead == 0:
            ahead = 1 if order[names[h]] < order[names[b]] else -1
        if ahead > 0:
            best = i
    return best


@kernel
def _chains(asked: I32, link: I32, parts: I64, head: I32, order: I64, threshold: int) -> tuple[I64, I64, I32]:
    local = np.full(len(head), -1, np.int32)
    pairs, count = np.empty((max(16, len(asked)), 6), np.int64), 0
    start, flat, used = np.zeros(max(16, len(asked)) + 1, np.int64), np.empty(max(16, len(asked)), np.int32), 0
    for e in asked:
        names, into, rows, holders = _above(e, link, head, parts, local)
        size = len(names)
        if size == 1:
            continue
        out_start = np.zeros(size + 1, np.int32)
        for i in range(len(rows)):
            out_start[holders[i] + 1] += 1
        for v in range(size):
            out_start[v + 1] += out_start[v]
        fill = out_start[:size].copy()
        out_row, out_to = np.empty(len(rows), np.int32), np.empty(len(rows), np.int32)
        for w in range(size):
            for i in range(into[w], into[w + 1]):
                out_row[fill[holders[i]]], out_to[fill[holders[i]]] = i, w
                fill[holders[i]] += 1
        when, by, members = np.empty(size, np.int32), np.zeros(size, np.int32), np.empty(size, np.int32)
        tally = np.empty(size, np.int64)
        first = count
        who = np.empty(size, np.int32)
        for x in range(1, size):
            _rounds(x, 0, out_start, out_row, out_to, rows, link, parts, threshold, when, by, tally, members)
            if when[0] < 0:
                continue
            if count == len(pairs):
                pairs = np.concatenate((pairs, np.empty_like(pairs)))
                start = np.concatenate((start, np.zeros_like(start)))
            basis, v, began = JOINT, 0, used
            while v != x:
                at = _strongest(v, into, rows, holders, names, link, parts, order, when, by)
                if used == len(flat):
                    flat = np.concatenate((flat, np.empty_like(flat)))
                flat[used] = rows[at]
                used += 1
                if v == 0:
                    if by[0] == 1:
                        basis = link[rows[at], BASIS]
                    elif holders[at] == x and parts[rows[at]] > threshold:
                        basis = DIRECT
                v = holders[at]
            flat[began:used] = flat[began:used][::-1].copy()
            who[count - first] = x
            pairs[count, 0], pairs[count, 1], pairs[count, 2], pairs[count, 3] = names[x], e, basis, tally[0]
            pairs[count, 4], pairs[count, 5] = 1, 0
            count += 1
            start[count] = used
        found = count - first
        if found == 0:
            continue
        inside = np.zeros((found + 1, found + 1), np.bool_)
        place = np.full(size, -1, np.int32)
        place[0] = found
        for i in range(found):
            place[who[i]] = i
        for i in range(found + 1):
            x = who[i] if i < found else 0
            held = _rounds(x, -1, out_start, out_row, out_to, rows, link, parts, threshold, when, by, tally, members)
            for m in range(1, held):
                if place[members[m]] >= 0:
                    inside[i, place[members[m]]] = True
        for i in range(found):
            for j in range(found + 1):
                if inside[j, i] and j != i:
                    if inside[i, j]:
                        pairs[first + i, 5] = 1
                    else:
                        pairs[first + i, 4] = 0
    return pairs[:count].copy(), start[: count + 1].copy(), flat[:used].copy()
