"""Related parties against a walk over sets of (node, state)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.graph.related import Ties

SIZE, KINDS, STATES = 6, 3, 3
Tie = tuple[int, int, int, int, int]
ids = st.integers(0, SIZE - 1)
ties = st.lists(st.tuples(ids, ids, st.integers(0, KINDS - 1), st.integers(0, 5), st.integers(3, 9)), max_size=16)
automata = st.lists(
    st.lists(st.integers(-1, STATES - 1), min_size=2 * KINDS, max_size=2 * KINDS), min_size=STATES, max_size=STATES
)


def slow_related(
    rows: list[Tie], origin: int, step: list[list[int]], steps: int, hub: int, day: int
) -> dict[tuple[int, int], int]:
    """Fewest steps to every (node, state), hubs not walked through."""
    degree = [sum((a == v) + (b == v) for a, b, *_ in rows) for v in range(SIZE)]
    result: dict[tuple[int, int], int] = {}
    edge = {(origin, 0)}
    for depth in range(1, steps + 1):
        reachable = set()
        for v, state in edge:
            if degree[v] > hub and depth > 1:
                continue
            for a, b, kind, since, until in rows:
                for here, there, move in ((a, b, 2 * kind), (b, a, 2 * kind + 1)):
                    if here == v and since <= day < until and step[state][move] >= 0 and there != origin:
                        reachable.add((there, step[state][move]))
        edge = {pair for pair in reachable if pair not in result}
        result |= dict.fromkeys(edge, depth)
    return result


@settings(max_examples=200, deadline=None)
@given(ties, ids, automata, st.tuples(st.integers(0, 4), st.integers(1, 8), st.integers(0, 9)), st.booleans())
def test_equals_the_walk_over_sets(
    rows: list[Tie], origin: int, step: list[list[int]], bounds: tuple[int, int, int], one_by_one: bool
) -> None:
    """Every (node, state) within the steps is found once, at its fewest steps, in any order of ties."""
    steps, hub, day = bounds
    made = Ties(SIZE, KINDS)
    if one_by_one or not rows:
        for row in rows:
            made.add(*row)
    else:
        made.add(*zip(*rows, strict=True))
    result = made.related(origin, step, steps=steps, hub=hub, day=day)
    listed = {(int(result.node[i]), int(result.state[i])): int(result.steps[i]) for i in range(1, len(result))}
    assert len(listed) == len(result) - 1
    assert listed == slow_related(rows, origin, step, steps, hub, day)
    for place in range(1, len(result)):
        at, state = origin, 0
        path = result.path(place)
        assert len(path) == result.steps[place]
        for tie, node in path:
            a, b, kind, since, until = rows[tie]
            assert since <= day < until
            moves = [m for here, there, m in ((a, b, 2 * kind), (b, a, 2 * kind + 1)) if (here, there) == (at, node)]
            states = {step[state][m] for m in moves} - {-1}
            assert states
            at, state = node, states.pop() if len(states) == 1 else int(result.state[place])


def test_a_hub_is_found_named_and_not_walked_through() -> None:
    """An address that joins a thousand leads to none of the others, and is named as a hub."""
    made = Ties(1002, 1)
    made.add(np.arange(1000), np.full(1000, 1000), 0)
    made.add(0, 1001, 0)
    result = made.related(0, [[0, 0]], steps=3, hub=100)
    assert sorted(result.node.tolist()) == [0, 1000, 1001]
    assert result.hubs.tolist() == [1000]
    assert not result.is_cut
    assert len(made.related(0, [[0, 0]], steps=3, hub=2000)) == 1002
    assert len(made.related(1000, [[0, 0]], steps=1, hub=100)) == 1001, "the start itself is walked from, hub or not"


def test_a_limit_on_what_is_found_is_said() -> None:
    """When more places are reached than wanted, the answer is cut and marked as cut."""
    made = Ties(50, 1)
    made.add(np.zeros(49, np.int32), np.arange(1, 50), 0)
    result = made.related(0, [[0, 0]], steps=1, hub=100, most=10)
    assert len(result) == 10
    assert result.is_cut


def test_an_ended_tie_is_walked_no_more() -> None:
    """A tie that ends on a day holds before it and not from it on."""
    made = Ties(2, 1)
    tie = made.add(0, 1, 0)
    assert made.end(tie, 0, 1, until=5)
    assert len(made.related(0, [[0, 0]], steps=1, hub=9, day=4)) == 2
    assert len(made.related(0, [[0, 0]], steps=1, hub=9, day=5)) == 1
    assert not made.end(tie + 1, 0, 1, until=5)


def test_an_automaton_of_the_wrong_shape_is_refused() -> None:
    """The table of rules must know every move."""
    with pytest.raises(ValueError, match="automaton"):
        Ties(2, 2).related(0, [[0, 0]], steps=1, hub=9)
