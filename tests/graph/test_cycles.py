"""Circles of payments against brute force: found once, in any order of arrival that the slack allows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.graph.cycles import CycleHits, CycleOptions, Cycles

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNTS = 5
Payment = tuple[int, int, int, int, int]
ids = st.integers(0, ACCOUNTS - 1)
sums = st.sampled_from([90, 95, 100, 100, 103, 140])
payments = st.lists(st.tuples(st.integers(0, 12), ids, ids, sums, st.integers(0, 1)), max_size=14)


def brute_force(
    rows: Sequence[Payment], law: CycleOptions, group: Sequence[int] = range(ACCOUNTS)
) -> set[frozenset[int]]:
    """Every ring of payments that can be read once round in time, by trying all walks from every first payment."""
    result: set[frozenset[int]] = set()

    def fits(chain: list[int]) -> bool:
        times, amounts = [rows[i][0] for i in chain], [rows[i][3] for i in chain]
        rising = law.any_order or all(a < b if law.strict else a <= b for a, b in pairwise(times))
        alike = min(amounts) >= max(amounts) * (1.0 - law.tolerance)
        same = not law.same_goods or len({rows[i][4] for i in chain}) == 1
        return rising and alike and same and max(times) - min(times) <= law.window

    def go(chain: list[int]) -> None:
        here, start = group[rows[chain[-1]][2]], group[rows[chain[0]][1]]
        if here == start:
            if len(chain) >= law.legs[0]:
                result.add(frozenset(chain))
            return
        if len(chain) == law.legs[1] or here in [group[rows[i][1]] for i in chain]:
            return
        for i, row in enumerate(rows):
            if i not in chain and group[row[1]] == here and group[row[2]] != here and fits([*chain, i]):
                go([*chain, i])

    for i, row in enumerate(rows):
        if group[row[1]] != group[row[2]]:
            go([i])
    return result


def fed(
    rows: Sequence[Payment], law: CycleOptions, order: Sequence[int], group: Sequence[int] | None = None, batch: int = 3
) -> list[tuple[int, ...]]:
    """Circles, by the rows' own numbers, after the rows arrive in this order in small batches."""
    stream, circles = Cycles(ACCOUNTS, law, group), []
    for begin in range(0, len(order), batch):
        part = [rows[i] for i in order[begin : begin + batch]]
        result = stream.feed(*zip(*part, strict=True))
        assert not len(result.cut)
        assert not len(result.crowded)
        assert not len(result.late)
        circles += [tuple(order[number] for number in circle) for circle in result.circles()]
    return circles


laws = st.builds(
    CycleOptions,
    window=st.integers(0, 13),
    legs=st.sampled_from([(2, 5), (3, 4), (2, 2), (2, 3), (4, 5)]),
    tolerance=st.sampled_from([0.0, 0.05, 0.1, 1.0]),
    same_goods=st.booleans(),
    strict=st.booleans(),
    any_order=st.booleans(),
    slack=st.just(100),
)


@settings(max_examples=400, deadline=None)
@given(payments, laws, st.randoms(use_true_random=False))
def test_equals_brute_force_in_any_order(rows: list[Payment], law: CycleOptions, random: object) -> None:
    """In any order of arrival, each circle of the stream is found exactly once, its legs in order of time."""
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis does not export the type of its Random
    circles = fed(rows, law, order)
    assert len({frozenset(circle) for circle in circles}) == len(circles)
    assert {frozenset(circle) for circle in circles} == brute_force(rows, law)
    for circle in circles:
        assert all(rows[a][2] == rows[b][1] for a, b in pairwise(circle))
        assert law.any_order or all(rows[a][0] <= rows[b][0] for a, b in pairwise(circle))
        assert rows[circle[-1]][2] == rows[circle[0]][1]


@settings(max_examples=150, deadline=None)
@given(payments, laws, st.lists(st.integers(0, 3), min_size=ACCOUNTS, max_size=ACCOUNTS))
def test_accounts_of_a_group_are_one(rows: list[Payment], law: CycleOptions, group: list[int]) -> None:
    """Merged by control group, circles run from group to group, and payments within a group are passed over."""
    circles = fed(rows, law, list(range(len(rows))), group)
    assert len({frozenset(circle) for circle in circles}) == len(circles)
    assert {frozenset(circle) for circle in circles} == brute_force(rows, law, group)


@settings(max_examples=100, deadline=None)
@given(payments, laws, st.randoms(use_true_random=False))
def test_payments_alike_are_one_leg(rows: list[Payment], law: CycleOptions, random: object) -> None:
    """Twins are behind their first, and the circles are those of the payments without twins, in any order of
    arrival.
    """
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis does not export the type of its Random
    circles = fed(rows, replace(law, twins=True), order)
    alike = {row: i for i, row in enumerate(rows)}
    single = list(alike)
    expected = {frozenset(single[i] for i in circle) for circle in brute_force(single, law)}
    assert len(circles) == len(expected)
    assert {frozenset(rows[i] for i in circle) for circle in circles} == expected
    stream = Cycles(ACCOUNTS, replace(law, twins=True))
    twins = stream.feed(*zip(*rows, strict=True)).twins.tolist() if rows else []
    outside = [row for row in rows if row[1] != row[2]]
    assert len(twins) == len(outside) - len(set(outside))
    assert all(rows[a] == rows[b] for a, b in twins)


@settings(max_examples=100, deadline=None)
@given(payments, laws)
def test_folded_is_one_circle_for_each_ring_of_accounts(rows: list[Payment], law: CycleOptions) -> None:
    """In order of time, folding reports one circle for each last payment and ring of accounts, and only true ones."""
    rows = sorted(rows)
    order = list(range(len(rows)))
    plain = fed(rows, law, order)
    folded = fed(rows, CycleOptions(**{**law.__dict__, "fold": True}), order)

    def rings(circles: list[tuple[int, ...]]) -> set[tuple[int, frozenset[tuple[int, int]]]]:
        return {(max(circle), frozenset((rows[i][1], rows[i][2]) for i in circle)) for circle in circles}

    assert set(folded) <= set(plain)
    assert rings(folded) == rings(plain)
    assert len(folded) == len(rings(folded))


def test_long_stream_drops_what_is_expired() -> None:
    """A long stream has the circles of brute force over each window's neighbourhood, and its memory does not
    grow with it.
    """
    rng = np.random.default_rng(3)
    count = 20_000
    rows = np.stack((np.arange(count), *rng.integers(0, 40, (2, count)), np.full(count, 100)), axis=1)
    stream = Cycles(40, CycleOptions(window=60, legs=(2, 4)))
    circles = [circle for part in np.array_split(rows, 50) for circle in stream.feed(*part.T).circles()]
    afresh = Cycles(40, CycleOptions(window=60, legs=(2, 4))).feed(*rows.T).circles()
    assert circles == afresh
    assert len(circles) == len(set(circles)) > 1000
    assert len(stream._out[1]) < 2000


def test_a_cap_that_bites_is_said() -> None:
    """An account with more live payments than the cap is named, and a search that stops early is named too."""
    count = 100
    stream = Cycles(3, CycleOptions(window=1000, cap=16))
    result = stream.feed(np.arange(count), np.zeros(count, np.int32), np.ones(count, np.int32), np.full(count, 5))
    assert result.crowded.tolist() == [0, 1]
    many = Cycles(3, CycleOptions(window=1000, finds=10))
    many.feed(np.arange(count), np.zeros(count, np.int32), np.ones(count, np.int32), np.full(count, 5))
    back = many.feed([500], [1], [0], [5])
    assert len(back) == 10
    assert back.cut.tolist() == [count]


def test_what_comes_too_late_is_refused_by_number() -> None:
    """A payment further behind the newest than the slack is rejected, and its number is reported."""
    stream = Cycles(2, CycleOptions(window=10, slack=5))
    assert stream.feed([100, 94, 95], [0, 1, 1], [1, 0, 0], [10, 10, 10]).late.tolist() == [1]
    assert stream.feed([96], [0], [1], [10]).circles() == [(2, 3)]


def test_impossible_laws_are_refused() -> None:
    """Circles have 2 to 12 legs, tolerances lie in 0 to 1, and amounts are above zero."""
    with pytest.raises(ValueError, match="legs"):
        Cycles(2, CycleOptions(window=1, legs=(1, 3)))
    with pytest.raises(ValueError, match="tolerance"):
        Cycles(2, CycleOptions(window=1, tolerance=1.5))
    with pytest.raises(ValueError, match="above zero"):
        Cycles(2, CycleOptions(window=1)).feed([0], [0], [1], [0])


def test_nothing_fed_is_nothing_found() -> None:
    """An empty batch has an empty answer."""
    result = Cycles(2, CycleOptions(window=1)).feed([], [], [], [])
    assert isinstance(result, CycleHits)
    assert len(result) == 0
