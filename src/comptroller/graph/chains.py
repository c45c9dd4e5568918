"""Who controls an entity, with the chain and the basis; the order of arrival of stakes changes nothing.

`control` finds the least fixpoint owner by owner and names the edge that brought a company in. There the edge may
depend on the order of rows. Here the fixpoint is computed in rounds. All that passes the threshold enters at once. Only
when nothing more does, all that is asserted enters at once; and so on. The round of a company's entry thus depends on
the stakes alone. So does the strongest edge from what entered before it: the chain back to the owner.

Only those above the entities who can count are looked at (`control_candidates`). The walk begins only at parties that
pass the threshold by one edge alone, or by an assertion, because no other party can begin. (Company control: Ceri,
Gottlob, Tanca, 1990; Gulino and others, ICDE 2021.)
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.control_candidates import Marks, above
from comptroller.graph.jit import I8, I32, I64, kernel
from comptroller.graph.stakes import BASIS, COMPANY, NEXT_OUT, OUT, STAKE, Stakes

DIRECT, JOINT = 0, -1
OWNER, ENTITY, HOW, TALLY, IS_ULTIMATE, IS_RING, ENTITY_PLACE, OWNER_PLACE = range(8)
"""Columns of `pairs`: both parties, the basis, the parts counted, two flags, and the local places of both parties."""
BEGIN, LENGTH = range(2)
"""Columns of `began`: where the chain of a pair begins in the flat rows, and how long it is."""


@dataclass(frozen=True)
class Chains:
    """Pairs (owner, entity) for the requested entities, in their order.

    - `basis` is `DIRECT`, `JOINT` or the code of the assertion that brought the entity in.
    - `tally` is the parts counted then.
    - `is_ultimate` is 1 where only members of its own ring control the owner; `is_ring` is 1 where it has a ring.
    - The chain of pair `i` is the rows `rows[start[i]:start[i+1]]` of the stakes, from the owner down.
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
        """Return the number of pairs."""
        return len(self.owner)

    def chain(self, place: int) -> list[int]:
        """Return the rows of one pair's chain."""
        return [int(row) for row in self.rows[self.start[place] : self.start[place + 1]]]


def chains(
    stakes: Stakes, threshold: int, entities: ArrayLike, order: ArrayLike, *, parts: I64 | None = None,
    marks: Marks | None = None,
) -> Chains:  # fmt: skip
    """Return all that control each of the entities with more than `threshold` parts or by an assertion.

    `order` has a number for each entity that does not depend on when it was first named: it settles ties. `parts`, row
    by row, replace those of the stakes (what is certain of a stake known by its bounds). `marks` may limit the parties
    that can count: then no other party is looked at.
    """
    chosen, keys = np.asarray(entities, np.int32), np.asarray(order, np.int64)
    counted = stakes.parts if parts is None else parts
    known = marks or Marks.none()
    pairs, began, flat = _chains(
        chosen, stakes.link, counted, stakes.head, keys, threshold, stakes.local, (known.useful, known.root, known.sums)
    )
    ranked = np.lexsort((pairs[:, OWNER_PLACE], pairs[:, ENTITY_PLACE]))
    pairs, began = pairs[ranked], began[ranked]
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(began[:, LENGTH])))
    rows = flat[np.arange(start[-1]) - np.repeat(start[:-1] - began[:, BEGIN], began[:, LENGTH])]
    columns = (OWNER, ENTITY, HOW, IS_ULTIMATE, IS_RING)
    owner, entity, basis, is_ultimate, is_ring = (pairs[:, column].astype(np.int32) for column in columns)
    return Chains(owner, entity, basis, pairs[:, TALLY].copy(), is_ultimate, is_ring, start, rows)


def below(stakes: Stakes, entities: ArrayLike) -> I32:
    """Return the entities and all that hangs below them by stakes or assertions: what may differ when theirs do."""
    return _below(np.asarray(entities, np.int32), stakes.link, stakes.parts, stakes.head)


@kernel
def _below(entities: I32, link: I32, parts: I64, head: I32) -> I32:
    listed, names, count, done = set(entities[:0]), entities.copy(), len(entities), 0
    for v in entities:
        listed.add(v)
    while done < count:
        row = head[names[done], OUT]
        while row >= 0:
            company = link[row, COMPANY]
            if parts[row] > 0 and company not in listed:
                if count == len(names):
                    names = np.concatenate((names, np.empty_like(names)))
                listed.add(company)
                names[count] = company
                count += 1
            row = link[row, NEXT_OUT]
        done += 1
    return names[:count].copy()


@kernel
def _closure(
    x: int, out: tuple[I32, I32, I32], rows: I32, link: I32, parts: I64, threshold: int, when: I32, by: I32,
    tally: I64, members: I32, met: I32,
) -> tuple[int, int]:  # fmt: skip
    """Compute what one owner controls, in rounds; return the count of `members` and of those `met`.

    `when` is the round of each node's entry (below 0: none), `by` is 0 for stakes and 1 for an assertion. The caller
    wipes the marks of those met.
    """
    first, out_row, out_to = out
    when[x], by[x], members[0], met[0] = 0, 0, x, x
    count, counted, asserted, step, met_count = 1, 0, 0, 0, 1
    while True:
        step += 1
        before = count
        for m in range(counted, before):
            for i in range(first[members[m]], first[members[m] + 1]):
                w = out_to[i]
                if when[w] == -1:
                    when[w], met[met_count] = -2, w
                    met_count += 1
                if when[w] < 0 and link[rows[out_row[i]], BASIS] == STAKE:
                    tally[w] += parts[rows[out_row[i]]]
        for m in range(counted, before):
            for i in range(first[members[m]], first[members[m] + 1]):
                w = out_to[i]
                if when[w] < 0 and tally[w] > threshold and link[rows[out_row[i]], BASIS] == STAKE:
                    when[w], by[w], members[count] = step, 0, w
                    count += 1
        counted = before
        if count > before:
            continue
        for m in range(asserted, before):
            for i in range(first[members[m]], first[members[m] + 1]):
                w = out_to[i]
                if when[w] < 0 and link[rows[out_row[i]], BASIS] != STAKE:
                    when[w], by[w], members[count] = step, 1, w
                    count += 1
        asserted = before
        if count == before:
            break
    return count, met_count


@kernel
def _strongest(
    w: int, start: I32, rows: I32, holders: I32, names: I32, link: I32, parts: I64, order: I64, when: I32, by: I32
) -> int:  # fmt: skip
    """Return the place of the strongest row into local node w from what entered before it."""
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
def _downward(start: I32, holders: I32) -> tuple[I32, I32, I32]:
    """Return the same rows by their holders: where each one's begin, the rows' places, and the companies."""
    size = len(start) - 1
    first = np.zeros(size + 1, np.int32)
    for h in holders:
        first[h + 1] += 1
    for v in range(size):
        first[v + 1] += first[v]
    fill = first[:size].copy()
    out_row, out_to = np.empty(len(holders), np.int32), np.empty(len(holders), np.int32)
    for w in range(size):
        for i in range(start[w], start[w + 1]):
            out_row[fill[holders[i]]], out_to[fill[holders[i]]] = i, w
            fill[holders[i]] += 1
    return first, out_row, out_to


@kernel
def _chains(
    chosen: I32, link: I32, parts: I64, head: I32, order: I64, threshold: int, local: I32, marks: tuple[I8, I32, I64]
) -> tuple[I64, I64, I32]:
    """Return pairs (see `OWNER` and on), their chains' begin and length in `rows`, and those rows."""
    names, start, rows, holders, begins = above(chosen, link, parts, head, threshold, local, marks)
    size, out = len(names), _downward(start, holders)
    when, by, tally = np.full(size, -1, np.int32), np.zeros(size, np.int32), np.zeros(size, np.int64)
    members, met = np.empty(size, np.int32), np.empty(size, np.int32)
    pairs, began, count = np.empty((16, 8), np.int64), np.empty((16, 2), np.int64), 0
    flat, used = np.empty(16, np.int32), 0
    has, reach, reach_count = np.zeros(size + 1, np.int64), np.empty(16, np.int32), 0
    for x in range(size):
        has[x + 1] = reach_count
        if begins[x] == 0:
            continue
        member_count, met_count = _closure(x, out, rows, link, parts, threshold, when, by, tally, members, met)
        for m in range(1, member_count):
            e = members[m]
            if begins[e] == 1:
                if reach_count == len(reach):
                    reach = np.concatenate((reach, np.empty_like(reach)))
                reach[reach_count] = e
                reach_count += 1
            if e >= len(chosen):
                continue
            if count == len(pairs):
                pairs, began = (
                    np.concatenate((pairs, np.empty_like(pairs))),
                    np.concatenate((began, np.empty_like(began))),
                )
            basis, v, length = JOINT, e, 0
            while v != x:
                at = _strongest(v, start, rows, holders, names, link, parts, order, when, by)
                if used + length == len(flat):
                    flat = np.concatenate((flat, np.empty_like(flat)))
                flat[used + length] = rows[at]
                length += 1
                if v == e and by[e] == 1:
                    basis = link[rows[at], BASIS]
                elif v == e and holders[at] == x and parts[rows[at]] > threshold:
                    basis = DIRECT
                v = holders[at]
            flat[used : used + length] = flat[used : used + length][::-1].copy()
            pairs[count, OWNER], pairs[count, ENTITY] = names[x], names[e]
            pairs[count, HOW], pairs[count, TALLY] = basis, tally[e]
            pairs[count, IS_ULTIMATE], pairs[count, IS_RING] = 1, 0
            pairs[count, ENTITY_PLACE], pairs[count, OWNER_PLACE] = e, x
            began[count, BEGIN], began[count, LENGTH] = used, length
            used += length
            count += 1
        has[x + 1] = reach_count
        reach[has[x] : reach_count] = np.sort(reach[has[x] : reach_count])
        for m in range(met_count):
            when[met[m]], tally[met[m]] = -1, 0
    _rank(pairs[:count], has, reach)
    return pairs[:count].copy(), began[:count].copy(), flat[:used].copy()


@kernel
def _rank(pairs: I64, has: I64, reach: I32) -> None:
    """Write for each pair whether only its own ring is above the owner: what controls the owner controls the
    entity too.
    """
    above, ring = np.zeros(len(has) - 1, np.int32), np.zeros(len(has) - 1, np.int32)
    for x in range(len(has) - 1):
        for at in range(has[x], has[x + 1]):
            y = reach[at]
            low, high = has[y], has[y + 1]
            place = low + np.searchsorted(reach[low:high], x)
            if place < high and reach[place] == x:
                ring[y] = 1
            else:
                above[y] = 1
    for i in range(len(pairs)):
        owner = pairs[i, OWNER_PLACE]
        pairs[i, IS_ULTIMATE], pairs[i, IS_RING] = 1 - above[owner], ring[owner]
