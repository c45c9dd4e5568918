"""The control fixpoint against sets and fractions, and the real group's tree."""

from __future__ import annotations

import itertools

from hypothesis import given, settings

from comptroller.graph.control import DIRECT, JOINT, control, supports, ultimate
from comptroller.graph.stakes import HOLDER, NEXT_IN, Stakes
from tests.graph.reference import Edges, asserted_edges, slow_control, stake_edges

HALF, WHOLE = 50, 100


def built(size: int, stakes: Edges, asserted: Edges = ()) -> Stakes:
    """Stakes from triples, assertions from triples."""
    made = Stakes(size, *(zip(*stakes, strict=True) if stakes else ((), (), ())))
    made.assert_many(*(zip(*asserted, strict=True) if asserted else ((), (), ())))
    return made


@settings(max_examples=60, deadline=None)
@given(stake_edges(size=7), asserted_edges(size=7))
def test_equals_the_slow_fixpoint(stakes: Edges, asserted: Edges) -> None:
    """On any graph, with loops, doubles, own shares, sums above 100% and assertions, control is the least fixpoint."""
    pairs = control(built(7, stakes, asserted), HALF)
    assert pairs.pairs() == slow_control(7, stakes, asserted, HALF)


@settings(max_examples=80, deadline=None)
@given(stake_edges(size=6), asserted_edges(size=6))
def test_every_pair_has_a_path_and_enough_support(stakes: Edges, asserted: Edges) -> None:
    """A pair's path leads from the owner to the entity; its supports are an assertion or pass the threshold."""
    made = built(6, stakes, asserted)
    pairs = control(made, HALF)
    for place in range(len(pairs)):
        rows = pairs.path(place)
        assert made.link[rows[0], HOLDER] == pairs.owner[place]
        assert made.link[rows[-1], 1] == pairs.entity[place]
        assert all(made.link[a, 1] == made.link[b, 0] for a, b in itertools.pairwise(rows))
        reasons = supports(made, pairs, place)
        total = sum(int(made.parts[row]) for row in reasons if made.link[row, 4] == 0)
        assert (
            total > HALF
            if pairs.basis[place] <= DIRECT
            else any(made.link[r, 4] == pairs.basis[place] for r in reasons)
        )


def test_bases_are_told_apart() -> None:
    """A direct majority, a joint holding and an assertion each carry their own basis."""
    made = built(5, [(0, 1, 60), (0, 2, 30), (1, 2, 30), (2, 3, 41)], [(2, 3, 7), (0, 1, 7)])
    pairs = control(made, HALF, [0])
    assert dict(zip(pairs.entity.tolist(), pairs.basis.tolist(), strict=True)) == {1: DIRECT, 2: JOINT, 3: 7}
    assert [int(x) for x in pairs.tally] == [60, 60, 41]


def test_exactly_half_is_not_control() -> None:
    """The threshold itself is not more than the threshold."""
    assert len(control(built(2, [(0, 1, 50)]), HALF)) == 0
    assert len(control(built(2, [(0, 1, 25), (0, 1, 26)]), HALF)) == 1


def test_ultimate_controllers_are_controlled_by_nobody_outside_their_ring() -> None:
    """The ultimate pairs are those with an owner that has no controller outside its ring; a ring's members are
    together.
    """
    pairs = control(built(6, [(0, 1, 60), (1, 2, 60), (3, 4, 60), (4, 3, 60), (4, 5, 51)]), HALF)
    assert ultimate(pairs) == {(0, 1), (0, 2), (3, 4), (4, 3), (3, 5), (4, 5)}


def test_an_ended_row_counts_no_more() -> None:
    """A stake set to nothing, and an assertion withdrawn, leave no control behind, and the row is used again."""
    made = built(3, [(0, 1, 60)], [(1, 2, 3)])
    made.set_stake(0, 1, 0)
    made.assert_control(1, 2, 3, holds=False)
    assert len(control(made, HALF)) == 0
    rows = made.row_count
    made.set_stake(0, 1, 70)
    assert made.row_count == rows
    assert control(made, HALF).pairs() == {(0, 1)}
    assert made.link[0, NEXT_IN] == -1


def test_real_group_needs_asserted_control(group_tree: tuple[int, list[tuple[int, int, int]]]) -> None:
    """A majority at every level reaches 216 of the 1,371 companies; asserting control where 41.06% and 43.76% are held
    reaches 911.
    """
    size, edges = group_tree
    made = built(size, edges)
    pairs = control(made, 5000, [0])
    assert len(pairs) + 1 == 216
    made.assert_many(*zip(*[(h, c, 5) for h, c, parts in edges if parts in (4106, 4376)], strict=True))
    assert len(control(made, 5000, [0])) == 910
