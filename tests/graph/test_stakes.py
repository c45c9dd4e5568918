"""Rows of stakes: merged, linked from both ends, changed in place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, IN, NEXT_IN, NEXT_OUT, OUT, Stakes
from tests.graph.reference import Edges, merged, stake_edges


def rows_of(stakes: Stakes, side: int) -> dict[tuple[int, int], int]:
    """Live stakes read along the lists of one side."""
    result: dict[tuple[int, int], int] = {}
    for node in range(stakes.size):
        row = int(stakes.head[node, side])
        while row >= 0:
            pair = int(stakes.link[row, HOLDER]), int(stakes.link[row, COMPANY])
            assert pair[1 if side == IN else 0] == node
            assert pair not in result, "a pair stands in one row"
            result[pair] = int(stakes.parts[row])
            row = int(stakes.link[row, NEXT_IN if side == IN else NEXT_OUT])
    return {pair: parts for pair, parts in result.items() if parts}


@settings(max_examples=100, deadline=None)
@given(stake_edges(6), stake_edges(6))
def test_both_lists_hold_every_pair_once(stakes: Edges, changes: Edges) -> None:
    """Read from either end, the rows are the merged stakes, built and after changes."""
    made = Stakes(6, *(zip(*stakes, strict=True) if stakes else ((), (), ())))
    merged_stakes = merged(stakes)
    assert rows_of(made, IN) == rows_of(made, OUT) == merged_stakes
    for holder, company, parts in changes:
        made.set_stake(holder, company, parts)
        merged_stakes[holder, company] = parts
    assert rows_of(made, IN) == rows_of(made, OUT) == {pair: parts for pair, parts in merged_stakes.items() if parts}


def test_a_stake_and_an_assertion_are_two_rows() -> None:
    """What is held and what is asserted do not overwrite each other."""
    made = Stakes(2, [0], [1], [40])
    row = made.assert_control(0, 1, 3)
    assert made.link[row, BASIS] == 3
    assert made.row_count == 2
    made.set_stake(0, 1, 30)
    assert made.parts[:2].tolist() == [30, 1]


def test_what_cannot_be_is_refused() -> None:
    """Negative parts, ids outside, and an assertion without a basis are rejected."""
    with pytest.raises(ValueError, match="negative"):
        Stakes(2, [0], [1], [-1])
    with pytest.raises(IndexError, match="expected"):
        Stakes(2, [0], [2], [1])
    with pytest.raises(IndexError, match="expected"):
        Stakes(2).set_stake(0, 5, 1)
    with pytest.raises(ValueError, match="above 0"):
        Stakes(2).assert_control(0, 1, 0)
