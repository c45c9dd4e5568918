"""Weights walked up equal the exact shares where nothing goes round, and report where something does."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.graph.stakes import Stakes
from comptroller.graph.weights import GOES_ROUND, WALKED, WIDE, weights
from tests.graph.reference import lawful_edges, slow_share

SIZE = 6


@settings(max_examples=200)
@given(lawful_edges(SIZE), st.booleans())
def test_what_is_walked_is_the_exact_share(edges: list[tuple[int, int, int]], climbs: bool) -> None:
    """Each holder's weight is the solution in fractions; what has no holder is the gap, with the company's weight."""
    edges = [(h, c, p) for h, c, p in edges if not climbs or h < c]
    stakes = Stakes(SIZE, *(list(zip(*edges, strict=True)) or [(), (), ()]))
    result = weights(stakes, 100, range(SIZE), stakes.parts, stakes.parts)
    assert not climbs or set(result.state.tolist()) == {WALKED}
    shares = [(h, c, Fraction(p, 100)) for h, c, p in edges]
    for at in range(SIZE):
        if result.state[at] == GOES_ROUND:
            continue
        mine = result.place == at
        reported = dict(zip(result.holder[mine].tolist(), result.share[mine].tolist(), strict=True))
        for owner in set(range(SIZE)) - {at}:
            exact = slow_share(SIZE, shares, owner)
            if exact is not None:
                assert reported.get(owner, [0.0, 0.0, 0.0]) == [pytest.approx(float(exact[at]))] * 3
    assert (stakes.local == -1).all()


def test_who_has_too_many_above_is_wide() -> None:
    """An entity above which there are more than may be has no rows; the others have theirs."""
    stakes = Stakes(5, [0, 1, 2, 3], [3, 3, 3, 4], [10, 20, 30, 40])
    result = weights(stakes, 100, [3, 4], stakes.parts, stakes.parts, most=[2, 4])
    assert result.state.tolist() == [WIDE, WALKED]
    assert set(result.place.tolist()) == {1}
    assert (stakes.local == np.int32(-1)).all()
