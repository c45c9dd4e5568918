"""Pre-order, roots and exceptions of the forest."""

from __future__ import annotations

from hypothesis import given, settings

from comptroller.graph.forest import Forest
from comptroller.graph.forest_queries import close_one, holds_below, number, roots
from tests.graph.reference import Edges, asserted_edges, lawful_edges, slow_control, stake_edges
from tests.graph.test_control import HALF, WHOLE, built

SIZE = 7


@settings(max_examples=100, deadline=None)
@given(lawful_edges(SIZE))
def test_one_interval_test_is_control(stakes: Edges) -> None:
    """X controls y exactly if y's place lies in x's span, for members of rings in the span of the ring."""
    forest = Forest(built(SIZE, stakes), HALF, WHOLE)
    order, enter, leave = number(forest.node)
    expected = slow_control(SIZE, stakes, (), HALF)
    place = {int(v): i for i, v in enumerate(order)}
    assert sorted(place) == list(range(SIZE))
    for x in range(SIZE):
        for y in range(SIZE):
            within = x != y and enter[x] <= place[y] < leave[x]
            assert within == ((x, y) in expected) == holds_below(x, y, forest.node)


@settings(max_examples=100, deadline=None)
@given(lawful_edges(SIZE))
def test_roots_are_controlled_by_nobody_outside_their_ring(stakes: Edges) -> None:
    """An entity's root controls it or is it, and any controller of the root is of its ring."""
    forest = Forest(built(SIZE, stakes), HALF, WHOLE)
    top = roots(forest.node, number(forest.node)[0])
    expected = slow_control(SIZE, stakes, (), HALF)
    for y in range(SIZE):
        x = int(top[y])
        assert x == y or (x, y) in expected
        assert all((x, z) in expected for z in range(SIZE) if (z, x) in expected)


@settings(max_examples=100, deadline=None)
@given(stake_edges(SIZE), asserted_edges(SIZE))
def test_exceptions_are_what_the_forest_lacks(stakes: Edges, asserted: Edges) -> None:
    """Forest pairs and exceptions do not overlap, and together are the fixpoint; so does each owner's closure."""
    made = built(SIZE, stakes, asserted)
    forest = Forest(made, HALF, WHOLE)
    below = {(x, y) for x in range(SIZE) for y in range(SIZE) if holds_below(x, y, forest.node)}
    extra = {(int(x), int(y)) for x, y in forest.exceptions()}
    expected = slow_control(SIZE, stakes, asserted, HALF)
    assert not below & extra
    assert below | extra == expected
    for x in range(SIZE):
        closed = close_one(x, made.link, made.parts, made.head, HALF)
        assert {(x, int(y)) for y in closed} == {pair for pair in expected if pair[0] == x}
