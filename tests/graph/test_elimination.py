"""Dense elimination without exchanges: exact where there is a solution, and a test of whether there is one."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings, strategies as st

from comptroller.graph.elimination import eliminate
from tests.graph.reference import solve

SIZE = 4
shares = st.lists(st.lists(st.integers(0, 30), min_size=SIZE, max_size=SIZE), min_size=SIZE, max_size=SIZE)


@settings(max_examples=200, deadline=None)
@given(shares, st.lists(st.integers(0, 100), min_size=SIZE, max_size=SIZE))
def test_elimination_equals_fractions(part: list[list[int]], right: list[int]) -> None:
    """Where it reports a solution, that is the rational one and not negative; where not, there is no such solution."""
    exact = [[Fraction(int(i == j)) - Fraction(part[i][j], 100) for j in range(SIZE)] for i in range(SIZE)]
    expected = solve(exact, [Fraction(r, 100) for r in right])
    result = np.array(right, np.float64).reshape((SIZE, 1)) / 100
    if eliminate(np.eye(SIZE) - np.array(part) / 100, result):
        assert expected is not None
        assert np.allclose(result[:, 0], [float(x) for x in expected], rtol=1e-7, atol=1e-9)
        assert (result >= 0).all()
    else:
        inverse = [solve(exact, [Fraction(int(i == j)) for i in range(SIZE)]) for j in range(SIZE)]
        tiny = Fraction(-1, 10**9)
        assert any(column is None or min(column) < tiny or max(column) > 10**9 for column in inverse)


def test_a_loop_that_owns_itself_is_told() -> None:
    """A ring of wholly owned companies has no positive pivot at the end."""
    matrix = np.eye(3)
    for i in range(3):
        matrix[i, (i + 1) % 3] = -1.0
    assert not eliminate(matrix, np.ones((3, 1)))
