"""The control forest: where stakes sum to at most the whole, control is one parent per company.

Let the stakes in each company sum to at most 100%, and let control need at least half. Then of two controllers of one
company, one controls the other, or each controls the other.

Proof. Let X1 and X2 both control Y, neither the other. Take the first Z of what X2 controls that X1 controls too. What
X1 had before Z lies outside X2's, and holds more than half of Z. So does what X2 had: together over 100%.

So the whole relation is a forest. Each company hangs under its nearest controller, and 'X controls Y' is 'Y hangs below
X'. What an owner controls is a slice of the pre-order, and one changed stake moves subtrees only (`forest_update`). The
question itself is company control (`control`; Gulino, Ceri, Gottlob, Sallinger, Bellomarini, ICDE 2021).

A company is irregular if its stakes exceed the whole, or if the other holders could outvote its asserted controller.
Irregular companies are reported and have no parent. Owners that can reach one are answered by the general fixpoint. A
ring of companies that control one another is one root without a controller, and it is reported too.
"""

# ruff: noqa: PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.forest_queries import close_one, exceptions, number, roots
from comptroller.graph.forest_update import (
    IN_RING,
    IRREGULAR,
    JOINTLY,
    LOOSE,
    MARK,
    MOVED,
    ODD,
    PARENT,
    RING,
    SINGLE,
    STATE,
    WAS_UNDER,
    is_below,
    judge,
    place,
    settle,
    subtree,
    uproot,
)
from comptroller.graph.jit import I32, I64, kernel
from comptroller.graph.stakes import HOLDER, IN, NEXT_IN, Stakes, put_row


class Forest:
    """The control relation of some stakes, updated while they change.

    `node[:, PARENT]` is the nearest controller of each entity (-1 for a root). The forest owns its stakes: change them
    through it.
    """

    def __init__(self, stakes: Stakes, threshold: int, whole: int) -> None:
        """Build the forest of control by more than `threshold` parts out of `whole`.

        Raises ValueError for a threshold below half: then control is no forest.
        """
        if 2 * threshold < whole:
            raise ValueError(f"saw a threshold of {threshold} in {whole}, expected at least half")
        self.stakes, self.limits = stakes, (int(threshold), int(whole))
        size = stakes.size
        self.node: I32 = np.empty((size, 8), np.int32)
        self._scratch()
        _build(
            stakes.link,
            stakes.parts,
            stakes.head,
            self.node,
            self.limits,
            self._tally,
            self._queue,
            self._space,
            self._moved,
        )

    def _scratch(self) -> None:
        size = self.stakes.size
        self._tally: I64 = np.zeros(size, np.int64)
        self._queue: I32 = np.empty(size, np.int32)
        self._space: I32 = np.empty(size, np.int32)
        self._moved: I32 = np.empty((size, 2), np.int32)
        self._spans: tuple[I32, I32, I32] | None = None

    def grow(self, size: int) -> None:
        """Add entities up to `size-1`, as roots."""
        old = self.stakes.size
        if size > old:
            self.stakes.grow(size)
            wider = np.full((size, 8), -1, np.int32)
            wider[:old] = self.node
            wider[old:, [STATE, ODD, MARK]] = 0
            self.node = wider
            self._scratch()

    def set_stake(self, holder: int, company: int, parts: int) -> list[int]:
        """Set the parts that the holder has of the company in all; return the entities with another nearest
        controller or ring.
        """
        return self.change([holder], [company], [parts])

    def assert_control(self, holder: int, company: int, basis: int, *, holds: bool = True) -> list[int]:
        """Add (or remove) an assertion that the holder controls the company; return the entities that moved."""
        return self.change([holder], [company], [int(holds)], [basis])

    def change(
        self, holder: ArrayLike, company: ArrayLike, parts: ArrayLike, basis: ArrayLike | None = None
    ) -> list[int]:
        """Apply many changes in their order; return the entities with another parent than before, each once."""
        holders, companies = np.asarray(holder, np.int32), np.asarray(company, np.int32)
        bases = np.zeros(len(holders), np.int32) if basis is None else np.asarray(basis, np.int32)
        amounts = np.asarray(parts, np.int64)
        for ids in (holders, companies):
            if len(ids) and not (ids.min() >= 0 and ids.max() < self.stakes.size):
                raise IndexError(f"saw an id outside 0 to {self.stakes.size - 1}")
        if len(amounts) and amounts.min() < 0:
            raise ValueError("a stake has negative parts")
        stakes = self.stakes
        stakes.make_room(len(holders))
        self._spans = None
        keys = (holders, companies, bases)
        stakes.row_count, moved = _change(
            keys, amounts, stakes.link, stakes.parts, stakes.head, stakes.row_count, self.node, self.limits,
            self._tally, self._queue, self._space, self._moved,
        )  # fmt: skip
        return list(dict.fromkeys(moved.tolist()))

    def nearest(self, entity: int) -> int:
        """Return the nearest controller in the forest, -1 for a root and for a member of a ring."""
        return -1 if self.node[entity, RING] >= 0 else int(self.node[entity, PARENT])

    def spans(self) -> tuple[I32, I32, I32]:
        """Return the pre-order of all entities, each one's place in it, and the place after its last.

        What x controls is `order[place+1:end]`. For a member of a ring the span is that of the ring, and starts at its
        first member.
        """
        if self._spans is None:
            self._spans = number(self.node)
        return self._spans

    def controls(self, owner: int, entity: int) -> bool:
        """Return whether the owner controls the entity."""
        ring = int(self.node[owner, RING])
        top = owner if ring < 0 else ring
        if owner == entity:
            return False
        if is_below(entity, top, self.node):
            return True
        return entity in self.controlled(owner).tolist() if self._is_odd(owner) else False

    def controlled(self, owner: int) -> I32:
        """Return all that the owner controls."""
        if self._is_odd(owner):
            return close_one(owner, self.stakes.link, self.stakes.parts, self.stakes.head, self.limits[0])
        below = self._slice(owner)
        others: I32 = below[below != owner]
        return others

    def controllers(self, entity: int) -> list[int]:
        """Return all that control the entity, nearest first; members of its ring among them; exceptions last."""
        controllers, v = [], self.nearest(entity)
        ring = int(self.node[entity, RING])
        while v >= 0:
            ring = int(self.node[v, RING])
            if ring >= 0:
                break
            controllers.append(v)
            v = int(self.node[v, PARENT])
        if ring >= 0:
            controllers += [member for member in self._members(ring) if member != entity]
        extra = self.exceptions()
        return controllers + sorted(int(x) for x in extra[extra[:, 1] == entity, 0])

    def ultimate(self, entity: int) -> list[int]:
        """Return the controllers of the entity that have no controller (a ring's members together); empty if
        there are none.
        """
        controllers = self.controllers(entity)
        return [x for x in controllers if all(self.controls(x, y) for y in self.controllers(x))]

    def tops(self) -> I32:
        """Return for every entity the root it hangs below (itself if none; a ring's smallest member),
        exceptions left out.
        """
        order, _, _ = self.spans()
        return roots(self.node, order)

    def rings(self) -> list[list[int]]:
        """Return companies that control one another, each ring sorted."""
        return sorted(
            self._members(int(top)) for top in np.flatnonzero(self.node[:, RING] == np.arange(len(self.node)))
        )

    def irregular(self) -> I32:
        """Return the companies decided by the general fixpoint: stakes above the whole, or an asserted
        controller to outvote.
        """
        return np.flatnonzero(self.node[:, STATE] == IRREGULAR).astype(np.int32)

    def exceptions(self) -> I32:
        """Return pairs (owner, entity) of control that the forest cannot show, by the general fixpoint, sorted."""
        stakes = self.stakes
        if not (self.node[:, ODD] > 0).any():
            return np.empty((0, 2), np.int32)
        return exceptions(stakes.link, stakes.parts, stakes.head, self.node, self.limits[0])

    def _slice(self, owner: int) -> I32:
        top = int(self.node[owner, RING])
        count = subtree(owner if top < 0 else top, self.node, self._space)
        return self._space[:count].copy()

    def _is_odd(self, owner: int) -> bool:
        return bool((self.node[self._slice(owner), ODD] > 0).any())

    def _members(self, top: int) -> list[int]:
        below = self._slice(top)
        return sorted(int(v) for v in below[self.node[below, RING] == top])


@kernel
def _build(
    link: I32, parts: I64, head: I32, node: I32, limits: tuple[int, int], tally: I64, queue: I32, space: I32, moved: I32
) -> None:
    waiting = 0
    for y in range(len(head)):
        for column in range(5):
            node[y, column] = -1
        node[y, STATE], node[y, ODD], node[y, MARK] = LOOSE, 0, 0
    for y in range(len(head)):
        if head[y, IN] < 0:
            continue
        state, x = judge(y, link, parts, head, limits[0], limits[1])
        node[y, STATE] = state
        if state == SINGLE:
            place(y, x, node)
        elif state == JOINTLY:
            node[y, MARK] = 1
            queue[waiting] = y
            waiting += 1
        elif state == IRREGULAR:
            _count_odd(y, 1, link, parts, head, node)
    moves = settle(waiting, link, parts, head, node, limits, tally, queue, space, moved, 0)
    for i in range(moves):
        node[moved[i, MOVED], MARK] = 0


@kernel
def _count_odd(y: int, step: int, link: I32, parts: I64, head: I32, node: I32) -> None:
    """Count for every holder of the irregular company y one odd holding more, or less."""
    row = head[y, IN]
    while row >= 0:
        if parts[row] > 0:
            node[link[row, HOLDER], ODD] += step
        row = link[row, NEXT_IN]


@kernel
def _change(
    keys: tuple[I32, I32, I32], amounts: I64, link: I32, parts: I64, head: I32, count: int, node: I32,
    limits: tuple[int, int], tally: I64, queue: I32, space: I32, moved: I32,
) -> tuple[int, I32]:  # fmt: skip
    holders, companies, bases = keys
    threshold, whole = limits
    used, changed = 0, np.empty(16, np.int32)
    for i in range(len(amounts)):
        y = companies[i]
        was, old = judge(y, link, parts, head, threshold, whole)
        if was == IRREGULAR:
            _count_odd(y, -1, link, parts, head, node)
        _, count = put_row(link, parts, head, count, (holders[i], y, bases[i]), amounts[i])
        state, x = judge(y, link, parts, head, threshold, whole)
        node[y, STATE] = state
        if state == IRREGULAR:
            _count_odd(y, 1, link, parts, head, node)
        if was == SINGLE and state == SINGLE and x == old:
            continue
        waiting, moves = 1, 0
        if node[y, PARENT] >= 0 or node[y, RING] >= 0:
            waiting, moves = uproot(y, link, head, node, queue, space, moved, 0)
        elif x < 0 and state != JOINTLY:
            continue
        else:
            queue[0] = y
            node[y, MARK] |= 1
        moves = settle(waiting, link, parts, head, node, limits, tally, queue, space, moved, moves)
        while used + moves > len(changed):
            changed = np.concatenate((changed, np.empty(len(changed), np.int32)))
        for j in range(moves):
            v = moved[j, MOVED]
            node[v, MARK] = 0
            if moved[j, WAS_UNDER] == IN_RING or node[v, RING] >= 0 or moved[j, WAS_UNDER] != node[v, PARENT]:
                changed[used] = v
                used += 1
    return count, changed[:used]
