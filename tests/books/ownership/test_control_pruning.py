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


def _chains_of(stakes: Stakes, useful: ControlPruning, entities: NDArray[np.int32] = ALL) -> set[tuple[int, ...]]:
    """Return the chains of each entity alone: a chosen entity is always looked at."""
    reported = set()
    for entity in entities.tolist():
        result = chains(stakes, 50, [entity], ALL, marks=useful.of(SIZE))
        columns = (result.owner, result.entity, result.basis, result.tally, result.is_ultimate, result.is_ring)
        reported |= {(*(int(c[at]) for c in columns), *result.chain(at)) for at in range(len(result))}
    return reported


def _roots(stakes: Stakes, useful: ControlPruning, entities: NDArray[np.int32]) -> dict[int, int]:
    result = chains(stakes, 50, entities, ALL, marks=useful.of(SIZE))
    tops = result.is_ultimate == 1
    return roots_of(result.entity[tops], result.owner[tops], result.is_ring[tops])


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
    """Chains among the useful parties are all chains, with the same tallies and tops, for any sums and rings.

    What hangs below a turn, of a stake or of an assertion, is learned again, and nothing else.
    """
    stakes, useful = Stakes(SIZE, *(list(zip(*edges, strict=True)) or [(), (), ()])), ControlPruning(50)
    stakes.assert_many(*(list(zip(*asserted, strict=True)) or [(), (), ()]))
    useful.learn(stakes, stakes.parts, ALL, _roots(stakes, ControlPruning(50), ALL))
    for holder, company, basis, parts in turns:
        assert _chains_of(stakes, useful) == _chains_of(stakes, ControlPruning(50))
        touched, holders = below(stakes, [company]), edges_into(company, stakes.link, stakes.parts, stakes.head)
        mine = [r for r in holders.tolist() if stakes.link[r, HOLDER] == holder and stakes.link[r, BASIS] == basis]
        was, now = sum(int(stakes.parts[row]) for row in mine), parts if basis == STAKE else int(parts > 0)
        if basis == STAKE:
            stakes.set_stake(holder, company, parts)
        else:
            stakes.assert_control(holder, company, basis, holds=parts > 0)
        useful.turn(np.array([holder]), basis, np.array([was]), np.array([now]))
        useful.open(touched, SIZE)
        assert _chains_of(stakes, useful) == _chains_of(stakes, ControlPruning(50))
        useful.learn(stakes, stakes.parts, touched, _roots(stakes, useful, touched))
    assert _chains_of(stakes, useful) == _chains_of(stakes, ControlPruning(50))
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
    """A holder that gets more than the threshold begins control; when it loses it and has no controller, it is
    left out.
    """
    stakes, useful = Stakes(3, [0], [1], [30]), ControlPruning(50)
    useful.learn(stakes, stakes.parts, np.arange(3, dtype=np.int32), {})
    assert _marks(useful) == [0, 0, 0]
    useful.turn(*_one(0, STAKE, 30, 60))
    assert _marks(useful) == [1, 0, 0]
    useful.turn(*_one(0, STAKE, 60, 30))
    useful.turn(*_one(2, 3, 0, 1))
    assert _marks(useful) == [0, 0, 1]
