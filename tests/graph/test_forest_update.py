"""How one company is decided, and how subtrees hang and move."""

from __future__ import annotations

import numpy as np

from comptroller.graph.forest import Forest
from comptroller.graph.forest_update import (
    IRREGULAR,
    JOINTLY,
    LOOSE,
    SINGLE,
    STATE,
    attach,
    detach,
    is_below,
    judge,
    subtree,
)
from tests.graph.reference import Edges
from tests.graph.test_control import HALF, WHOLE, built


def judged(stakes: Edges, asserted: Edges = ()) -> tuple[int, int]:
    """Return how company 0 is decided, and the party that decides."""
    made = built(5, stakes, asserted)
    return judge(0, made.link, made.parts, made.head, HALF, WHOLE)


def test_a_company_is_decided_in_one_of_four_ways() -> None:
    """By no party, by one holder, by a meeting point, or only by the general fixpoint."""
    assert judged([(1, 0, 30)]) == (LOOSE, -1)
    assert judged([(1, 0, 30), (2, 0, 51)]) == (SINGLE, 2)
    assert judged([(1, 0, 30), (2, 0, 40)]) == (JOINTLY, -1)
    assert judged([(1, 0, 60), (2, 0, 60)]) == (IRREGULAR, -1)
    assert judged([(0, 0, 60), (1, 0, 40)]) == (LOOSE, -1), "a company's own stake decides nothing"


def test_an_assertion_decides_alone_unless_it_could_be_outvoted() -> None:
    """One asserted controller decides if the others together do not pass the threshold; two never do."""
    assert judged([(1, 0, 41)], [(1, 0, 9)]) == (SINGLE, 1)
    assert judged([(1, 0, 41), (2, 0, 50)], [(1, 0, 9)]) == (SINGLE, 1)
    assert judged([(1, 0, 41), (2, 0, 30), (3, 0, 29)], [(1, 0, 9)]) == (IRREGULAR, -1)
    assert judged([], [(1, 0, 9), (2, 0, 9)]) == (IRREGULAR, -1)
    assert judged([], [(1, 0, 9), (1, 0, 8)]) == (SINGLE, 1), "two bases of one owner are one voice"


def test_subtrees_hang_and_come_off_whole() -> None:
    """What is taken off takes along what hangs below it, and siblings stay."""
    node = Forest(built(5, []), HALF, WHOLE).node
    for y, x in ((1, 0), (2, 1), (3, 1), (4, 0)):
        attach(y, x, node)
    space = np.empty(5, np.int32)
    assert sorted(space[: subtree(0, node, space)].tolist()) == [0, 1, 2, 3, 4]
    detach(1, node)
    assert sorted(space[: subtree(0, node, space)].tolist()) == [0, 4]
    assert sorted(space[: subtree(1, node, space)].tolist()) == [1, 2, 3]
    assert is_below(3, 1, node)
    assert not is_below(3, 0, node)


def test_a_lost_stake_moves_what_was_held_jointly() -> None:
    """When an owner loses one of two companies that together control a third, the third is lost too."""
    forest = Forest(built(4, [(0, 1, 60), (0, 2, 60), (1, 3, 30), (2, 3, 30)]), HALF, WHOLE)
    assert forest.node[3, STATE] == JOINTLY
    assert forest.nearest(3) == 0
    assert set(forest.set_stake(0, 2, 10)) == {2, 3}
    assert forest.nearest(3) == -1
    assert set(forest.set_stake(1, 2, 51)) == {2, 3}
    assert forest.nearest(3) == 1, "the nearest controller is the deeper one"
