"""Company control: the least fixpoint of 'more than the threshold, held directly or through what one controls'.

- By stakes: the stakes of the owner and of everything it already controls come, together, to more than the threshold.
- By assertion: a fact asserts it, of the owner or of something that it already controls. Such a fact is the largest
  holder with a recorded agreement, a majority of the board, or a document (the caller's basis codes).

The closure is computed outward from each owner. What enters adds its holdings to a tally per company, and a company
enters when its tally passes the threshold. Control by stakes is exhausted before an assertion is used. So a basis is
never 'asserted' where the stakes prove control.

This is the company-control program of Gulino, Ceri, Gottlob, Sallinger and Bellomarini ("Distributed company control in
company shareholding graphs", ICDE 2021; the Bank of Italy's Vadalog work). It follows Ceri, Gottlob, Tanca, "Logic
Programming and Databases", 1990.

A company's stake in itself never counts. Each pair names the strongest edge that brought it in, and those edges lead
back to the owner: the path.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from comptroller.graph.jit import I32, I64, kernel
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, IN, NEXT_IN, NEXT_OUT, OUT, STAKE, Stakes

DIRECT, JOINT = 0, -1
ENTITY, HOW, ROW, TALLY = range(4)
"""Columns of `out`: the entity, the basis, the row of the strongest edge, the parts counted."""


@dataclass(frozen=True)
class Control:
    """Pairs (owner, entity), each owner's pairs in the order of entry.

    - `basis` is `DIRECT` where the strongest edge is the owner's own and passes the threshold alone.
    - `basis` is `JOINT` where the owner holds with, or wholly through, what it controls; else the code of the
      assertion.
    - `row` is the strongest edge's row in the stakes; `tally` is the parts counted when the entity entered.
    """

    owner: I32
    entity: I32
    basis: I32
    row: I32
    tally: I64
    holder: I32

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.owner)

    def path(self, place: int) -> list[int]:
        """Return the rows from the owner of the pair at `place` down to its entity: a step an edge, the strongest."""
        rows: list[int] = []
        owner, entity = int(self.owner[place]), int(self.entity[place])
        while entity != owner:
            while self.entity[place] != entity:
                place -= 1
            rows.append(int(self.row[place]))
            entity = int(self.holder[place])
        return rows[::-1]

    def pairs(self) -> set[tuple[int, int]]:
        """Return the pairs as a set."""
        return set(zip(self.owner.tolist(), self.entity.tolist(), strict=True))


def control(stakes: Stakes, threshold: int, owners: Iterable[int] | None = None) -> Control:
    """Return everything the owners (all who hold anything, if none are named) control with more than
    `threshold` parts.
    """
    if owners is None:
        chosen = np.flatnonzero(stakes.head[:, OUT] >= 0).astype(np.int32)
    else:
        chosen = np.fromiter(owners, np.int32)
    owner, entity, basis, row, tally = _close_all(chosen, stakes.link, stakes.parts, stakes.head, threshold)
    holder = stakes.link[row, HOLDER] if len(row) else np.empty(0, np.int32)
    return Control(owner, entity, basis, row, tally, holder)


def supports(stakes: Stakes, pairs: Control, place: int) -> list[int]:
    """Return every live row that counts for the pair at `place`: stakes and assertions of the owner and of what
    entered before.
    """
    owner, entity = pairs.owner[place], int(pairs.entity[place])
    inside, earlier = {int(owner)}, place - 1
    while earlier >= 0 and pairs.owner[earlier] == owner:
        inside.add(int(pairs.entity[earlier]))
        earlier -= 1
    rows, row = [], int(stakes.head[entity, IN])
    while row >= 0:
        if stakes.parts[row] > 0 and int(stakes.link[row, HOLDER]) in inside:
            rows.append(row)
        row = int(stakes.link[row, NEXT_IN])
    return sorted(rows)


def ultimate(pairs: Control) -> set[tuple[int, int]]:
    """Return the pairs with an owner that no party controls, or only members of its own ring."""
    known = pairs.pairs()
    below = {entity for owner, entity in known if (entity, owner) not in known}
    return {(owner, entity) for owner, entity in known if owner not in below}


@kernel
def close(
    owner: int,
    link: I32,
    parts: I64,
    head: I32,
    threshold: int,
    stamp: int,
    inside: I32,
    tally: I64,
    best_row: I32,
    queue: I32,
    out: I64,
) -> int:
    """Write one owner's closure into `out` (entity, basis, row, tally); return its length. Only `inside` is left dirty.

    `inside[v] == stamp` once v is inside (a stamp never used before); `tally` must be zero; `out` has a row per entity.
    """
    count, done, asserted_from = 0, 0, 0
    touched = 0
    inside[owner] = stamp
    while True:
        # Add the holdings of the newest members; `done` counts the members that are done.
        while done <= count:
            member = owner if done == 0 else out[done - 1, ENTITY]
            done += 1
            row = head[member, OUT]
            while row >= 0:
                company = link[row, COMPANY]
                if parts[row] > 0 and link[row, BASIS] == STAKE and inside[company] != stamp:
                    if tally[company] == 0:
                        queue[touched] = company
                        touched += 1
                        best_row[company] = row
                    elif parts[row] > parts[best_row[company]]:
                        best_row[company] = row
                    tally[company] += parts[row]
                    if tally[company] > threshold:
                        inside[company] = stamp
                        best = best_row[company]
                        out[count, ENTITY] = company
                        out[count, HOW] = DIRECT if link[best, HOLDER] == owner and parts[best] > threshold else JOINT
                        out[count, ROW], out[count, TALLY] = best, tally[company]
                        count += 1
                row = link[row, NEXT_OUT]
        # Only now one asserted edge, of the earliest member that has one.
        entered = False
        while asserted_from <= count and not entered:
            member = owner if asserted_from == 0 else out[asserted_from - 1, ENTITY]
            row, best = head[member, OUT], -1
            while row >= 0:
                company = link[row, COMPANY]
                if (
                    parts[row] > 0
                    and link[row, BASIS] != STAKE
                    and inside[company] != stamp
                    and (
                        best < 0
                        or link[row, BASIS] < link[best, BASIS]
                        or (link[row, BASIS] == link[best, BASIS] and company < link[best, COMPANY])
                    )
                ):
                    best = row
                row = link[row, NEXT_OUT]
            if best < 0:
                asserted_from += 1
                continue
            entered = True
            company = link[best, COMPANY]
            inside[company] = stamp
            out[count, ENTITY], out[count, HOW] = company, link[best, BASIS]
            out[count, ROW], out[count, TALLY] = best, tally[company]
            count += 1
        if not entered:
            break
    for i in range(touched):
        tally[queue[i]] = 0
    return count


@kernel
def _close_all(owners: I32, link: I32, parts: I64, head: I32, threshold: int) -> tuple[I32, I32, I32, I32, I64]:
    size = len(head)
    inside, tally = np.zeros(size, np.int32), np.zeros(size, np.int64)
    best_row, queue = np.zeros(size, np.int32), np.empty(size, np.int32)
    out = np.empty((size + 1, 4), np.int64)
    room, total = 1024, 0
    # Columns: the owner, then those of `out`.
    pairs = np.empty((room, 5), np.int64)
    for turn in range(len(owners)):
        owner = owners[turn]
        count = close(owner, link, parts, head, threshold, turn + 1, inside, tally, best_row, queue, out)
        while total + count > room:
            room *= 2
            wider = np.empty((room, 5), np.int64)
            wider[:total] = pairs[:total]
            pairs = wider
        for i in range(count):
            pairs[total, 0] = owner
            for j in range(4):
                pairs[total, j + 1] = out[i, j]
            total += 1
    pairs = pairs[:total]
    return (
        pairs[:, 0].astype(np.int32),
        pairs[:, 1 + ENTITY].astype(np.int32),
        pairs[:, 1 + HOW].astype(np.int32),
        pairs[:, 1 + ROW].astype(np.int32),
        pairs[:, 1 + TALLY].copy(),
    )
