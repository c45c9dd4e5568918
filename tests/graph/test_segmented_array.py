"""Segments hold every row in its order, however often they move."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from comptroller.graph.segmented_array import FIRST, USED, empty, repack, widen


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=120))
def test_every_row_is_kept_in_order(nodes: list[int]) -> None:
    """After any sequence of additions each node's segment holds its rows in order of arrival."""
    span, pool = empty(5, 2, 3)
    top = 0
    for number, node in enumerate(nodes):
        grown = widen(node, span, pool, top)
        while grown < 0:
            pool, top = repack(span, pool, 4)
            grown = widen(node, span, pool, top)
        top = grown
        pool[span[node, FIRST] + span[node, USED]] = number, node
        span[node, USED] += 1
    for node in range(5):
        rows = pool[span[node, FIRST] : span[node, FIRST] + span[node, USED]]
        assert rows[:, 0].tolist() == [number for number, n in enumerate(nodes) if n == node]
        assert set(rows[:, 1].tolist()) <= {node}
