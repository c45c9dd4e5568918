"""The control forest against the fixpoint, and the updated forest against one built afresh."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.graph.control import control
from comptroller.graph.forest import Forest
from comptroller.graph.stakes import Stakes
from tests.graph.reference import Edges, asserted_edges, lawful_edges, merged, slow_control, stake_edges
from tests.graph.test_control import HALF, WHOLE, built

SIZE = 8


def shown(forest: Forest) -> set[tuple[int, int]]:
    """All pairs the forest answers with, owner by owner."""
    return {(x, int(y)) for x in range(forest.stakes.size) for y in forest.controlled(x)}


def shape(forest: Forest) -> tuple[list[int], list[list[int]], list[int], list[int]]:
    """What two equal forests have in common: rings, irregular companies, and each entity's nearest controller."""
    name = {member: ring[0] for ring in forest.rings() for member in ring}
    nearest = [name.get(forest.nearest(y), forest.nearest(y)) for y in range(forest.stakes.size)]
    return nearest, list(forest.rings()), forest.irregular().tolist(), forest.tops().tolist()


@settings(max_examples=100, deadline=None)
@given(lawful_edges(SIZE))
def test_equals_the_fixpoint_where_stakes_are_lawful(stakes: Edges) -> None:
    """With at most 100% in each company the forest alone, without closures, is the least fixpoint, rings included."""
    forest = Forest(built(SIZE, stakes), HALF, WHOLE)
    expected = slow_control(SIZE, stakes, (), HALF)
    assert not len(forest.irregular())
    assert shown(forest) == expected
    assert {(x, y) for x in range(SIZE) for y in range(SIZE) if forest.controls(x, y)} == expected
    assert {(x, y) for y in range(SIZE) for x in forest.controllers(y)} == expected


@settings(max_examples=80, deadline=None)
@given(stake_edges(SIZE), asserted_edges(SIZE))
def test_equals_the_fixpoint_on_any_stakes(stakes: Edges, asserted: Edges) -> None:
    """With sums above 100% and assertions, forest and exceptions together are the least fixpoint."""
    forest = Forest(built(SIZE, stakes, asserted), HALF, WHOLE)
    expected = slow_control(SIZE, stakes, asserted, HALF)
    assert shown(forest) == expected
    assert {(x, y) for x in range(SIZE) for y in range(SIZE) if forest.controls(x, y)} == expected
    assert {(x, y) for y in range(SIZE) for x in forest.controllers(y)} == expected
    for y in range(SIZE):
        above = {x for x, z in expected if z == y}
        tops = {x for x in above if all((x, w) in expected for w in range(SIZE) if (w, x) in expected)}
        assert set(forest.ultimate(y)) == tops


change = st.tuples(
    st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.sampled_from([0, 10, 20, 30, 40, 50, 51, 60, 100])
)


@settings(max_examples=80, deadline=None)
@given(lawful_edges(SIZE), st.lists(change, min_size=1, max_size=12), st.booleans())
def test_changed_equals_afresh(stakes: Edges, changes: Edges, keep_lawful: bool) -> None:
    """After any sequence of changes the forest equals one built from the stakes, and every move is reported."""
    forest = Forest(built(SIZE, stakes), HALF, WHOLE)
    merged_stakes = merged(stakes)
    for holder, company, amount in changes:
        rest = sum(a for (h, c), a in merged_stakes.items() if c == company and h != holder)
        parts = min(amount, 100 - rest) if keep_lawful else amount
        before, rings = [forest.nearest(y) for y in range(SIZE)], forest.rings()
        moved = forest.set_stake(holder, company, parts)
        merged_stakes[holder, company] = parts
        afresh = Forest(built(SIZE, [(h, c, a) for (h, c), a in merged_stakes.items()]), HALF, WHOLE)
        assert shape(forest) == shape(afresh)
        assert shown(forest) == shown(afresh)
        in_ring = {
            y for ring in (*rings, *forest.rings()) if ring not in rings or ring not in forest.rings() for y in ring
        }
        roots = {y for y in range(SIZE) if before[y] != forest.nearest(y)}
        assert in_ring | roots <= set(moved)


@settings(max_examples=150, deadline=None)
@given(
    stake_edges(SIZE), asserted_edges(SIZE), st.lists(st.tuples(change, st.integers(0, 2), st.booleans()), max_size=10)
)
def test_changed_equals_afresh_with_assertions(
    stakes: Edges, asserted: Edges, changes: list[tuple[tuple[int, int, int], int, bool]]
) -> None:
    """The same with unlawful sums and with assertions that come and go."""
    forest = Forest(built(SIZE, stakes, asserted), HALF, WHOLE)
    merged_stakes, facts = merged(stakes), set(asserted)
    for (holder, company, amount), basis, holds in changes:
        if basis:
            forest.assert_control(holder, company, basis, holds=holds)
            facts = facts | {(holder, company, basis)} if holds else facts - {(holder, company, basis)}
        else:
            forest.set_stake(holder, company, amount)
            merged_stakes[holder, company] = amount
    afresh = Forest(built(SIZE, [(h, c, a) for (h, c), a in merged_stakes.items()], sorted(facts)), HALF, WHOLE)
    assert shape(forest) == shape(afresh)
    assert shown(forest) == shown(afresh)
    assert (forest.node[:, 6] == afresh.node[:, 6]).all()
    assert not forest.node[:, 7].any()
    assert not forest._tally.any()


@settings(max_examples=100, deadline=None)
@given(lawful_edges(SIZE))
def test_a_slice_is_what_is_controlled(stakes: Edges) -> None:
    """What an owner controls is its slice of the pre-order, and control is the test of one interval."""
    forest = Forest(built(SIZE, stakes), HALF, WHOLE)
    order, enter, leave = forest.spans()
    for x in range(SIZE):
        assert set(order[enter[x] : leave[x]].tolist()) - {x} == set(forest.controlled(x).tolist())


def test_large_random_changes_equal_a_rebuild() -> None:
    """Two thousand changes in a thousand companies, applied as one batch, leave the forest of a rebuild."""
    rng = np.random.default_rng(5)
    size, count = 1000, 2000
    merged_stakes: dict[tuple[int, int], int] = {}

    def draw() -> tuple[int, int, int]:
        holder, company = (int(v) for v in rng.integers(0, size, 2))
        rest = sum(merged_stakes.get((h, company), 0) for h in holders[company] if h != holder)
        holders[company].add(holder)
        merged_stakes[holder, company] = min(int(rng.choice([0, 20, 26, 30, 51, 60, 100])), 100 - rest)
        return holder, company, merged_stakes[holder, company]

    holders: dict[int, set[int]] = {company: set() for company in range(size)}
    first = [draw() for _ in range(count)]
    forest = Forest(Stakes(size), HALF, WHOLE)
    forest.change(*zip(*first, strict=True))
    forest.change(*zip(*[draw() for _ in range(count)], strict=True))
    afresh = Forest(built(size, [(h, c, a) for (h, c), a in merged_stakes.items()]), HALF, WHOLE)
    assert shape(forest) == shape(afresh)


def test_a_ring_is_a_root_that_nobody_controls() -> None:
    """Companies that control one another are reported as a ring, control what hangs below, and have no ultimate
    controller outside.
    """
    forest = Forest(built(5, [(1, 0, 60), (2, 1, 60), (0, 2, 60), (3, 0, 40), (2, 4, 51)]), HALF, WHOLE)
    assert forest.rings() == [[0, 1, 2]]
    assert set(forest.ultimate(4)) == {0, 1, 2}
    assert forest.nearest(1) == -1
    assert not forest.controls(3, 0)
    assert set(forest.set_stake(3, 0, 100 - 60)) == set()
    assert set(forest.set_stake(1, 0, 10)) >= {0, 1, 2}
    assert forest.rings() == []


def test_a_threshold_below_half_is_refused() -> None:
    """Below half two strangers may both control a company, and the forest does not exist."""
    with pytest.raises(ValueError, match="at least half"):
        Forest(Stakes(2), 30, 100)


def test_new_entities_are_roots() -> None:
    """Entities that appear later can hold and be held."""
    forest = Forest(built(2, [(0, 1, 60)]), HALF, WHOLE)
    forest.grow(4)
    assert forest.set_stake(3, 0, 51) == [0]
    assert forest.controllers(1) == [0, 3]
    assert forest.ultimate(1) == [3]


def test_media_register_equals_the_fixpoint(
    media_register: tuple[int, list[tuple[int, int, float | None]], list[int]],
) -> None:
    """On the media register, with its loops and its sums off 100%, forest and exceptions equal the general fixpoint."""
    size, rows, _ = media_register
    stakes = [(h, c, round(share * 100)) for h, c, share in rows if share is not None]
    made = built(size, stakes)
    forest = Forest(made, 5000, 10000)
    assert shown(forest) == control(made, 5000).pairs()
    assert len(forest.irregular()) > 0
