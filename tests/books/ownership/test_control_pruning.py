"""Leaving out who is of no use changes no answer: neither at first nor after stakes have turned."""

import numpy as np
from hypothesis import example, given, settings, strategies as st
from numpy.typing import NDArray

from comptroller.books.ownership.control_pruning import ControlPruning
from comptroller.books.ownership.control_rows import roots_of
from comptroller.graph.chains import below, chains
from comptroller.graph.stakes import BASIS, HOLDER, STAKE, Stakes, edges_into
from tests.graph.reference import Edges, asserted_edges, stake_edges

SIZE = 7
ALL = np.arange(SIZE, dtype=np.int32)


def _said(stakes: Stakes, useful: ControlPruning, entities: NDArray[np.int32] = ALL) -> set[tuple[int, ...]]:
    """Ask about each alone: whoever is asked about is looked at anyway."""
    said = set()
    for entity in entities.tolist():
        found = chains(stakes, 50, [entity], ALL, marks=useful.of(SIZE))
        columns = (found.owner, found.entity, found.basis, found.tally, found.is_ultimate, found.is_ring)
        said |= {(*(int(c[at]) for c in columns), *found.chain(at)) for at in range(len(found))}
    return said


def _roots(stakes: Stakes, useful: ControlPruning, entities: NDArray[np.int32]) -> dict[int, int]:
    found = chains(stakes, 50, entities, ALL, marks=useful.of(SIZE))
    tops = found.is_ultimate == 1
    return roots_of(found.entity[tops], found.owner[tops], found.is_ring[tops])


@example([(0, 1, 60), (1, 0, 60), (0, 2, 30), (1, 2, 30)], [], [])  # a ring holds a company together
@example([(0, 1, 60), (0, 2, 30), (1, 2, 10), (2, 3, 60)], [(0, 2, 3)], [])  # what is held beside an assertion
@example([(0, 1, 60), (1, 2, 30), (3, 2, 30)], [], [(0, 3, STAKE, 60), (0, 1, STAKE, 0)])  # a family that grows
@example([(0, 1, 60), (0, 2, 60), (1, 3, 30), (2, 3, 30), (4, 5, 60)], [], [(4, 2, STAKE, 60), (4, 3, STAKE, 30)])
@settings(max_examples=200)
@given(
    stake_edges(SIZE),
    asserted_edges(SIZE),
    st.lists(st.tuples(*[st.integers(0, SIZE - 1)] * 2, st.integers(0, 3), st.sampled_from([0, 30, 60])), max_size=5),
)
def test_useful_parties_tell_all(edges: Edges, asserted: Edges, turns: list[tuple[int, int, int, int]]) -> None:
    """Chains among those who can count are all chains, with the same tallies and tops, whatever sums and rings there are.

    What hangs below a turn, of a stake or of an assertion, is learned again, and nothing else.
    """
    stakes, useful = Stakes(SIZE, *(list(zip(*edges, strict=True)) or [(), (), ()])), ControlPruning(50)
    stakes.assert_many(*(list(zip(*asserted, strict=True)) or [(), (), ()]))
    useful.learn(stakes, stakes.parts, ALL, _roots(stakes, ControlPruning(50), ALL))
    for holder, company, basis, parts in turns:
        assert _said(stakes, useful) == _said(stakes, ControlPruning(50))
        touched, held = below(stakes, [company]), edges_into(company, stakes.link, stakes.parts, stakes.head)
        mine = [r for r in held.tolist() if stakes.link[r, HOLDER] == holder and stakes.link[r, BASIS] == basis]
        was, now = sum(int(stakes.parts[row]) for row in mine), parts if basis == STAKE else int(parts > 0)
        if basis == STAKE:
            stakes.set_stake(holder, company, parts)
        else:
            stakes.assert_control(holder, company, basis, holds=parts > 0)
        useful.turn(np.array([holder]), basis, np.array([was]), np.array([now]))
        useful.open(touched, SIZE)
        assert _said(stakes, useful) == _said(stakes, ControlPruning(50))
        useful.learn(stakes, stakes.parts, touched, _roots(stakes, useful, touched))
    assert _said(stakes, useful) == _said(stakes, ControlPruning(50))
    marks = useful.of(SIZE)
    assert marks is not None
    assert not marks.sums.any()


def _one(
    holder: int, basis: int, was: int, now: int
) -> tuple[NDArray[np.int64], int, NDArray[np.int64], NDArray[np.int64]]:
    return np.array([holder]), basis, np.array([was]), np.array([now])


def _marks(useful: ControlPruning) -> list[int]:
    marks = useful.of(3)
    assert marks is not None
    return marks.useful.tolist()


def test_an_edge_that_turns_makes_its_holder_useful() -> None:
    """Who gets more than the threshold begins; who loses it again and is nobody's is left out."""
    stakes, useful = Stakes(3, [0], [1], [30]), ControlPruning(50)
    useful.learn(stakes, stakes.parts, np.arange(3, dtype=np.int32), {})
    assert _marks(useful) == [0, 0, 0]
    useful.turn(*_one(0, STAKE, 30, 60))
    assert _marks(useful) == [1, 0, 0]
    useful.turn(*_one(0, STAKE, 60, 30))
    useful.turn(*_one(2, 3, 0, 1))
    assert _marks(useful) == [0, 0, 1]
