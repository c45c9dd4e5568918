"""Shares around one entity against shares of the whole, before and after changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.graph.stakes import Stakes
from comptroller.graph.upstream import Upstream
from tests.graph.reference import Edges, merged, stake_edges
from tests.graph.test_share import SIZE, shares_of

ids = st.integers(0, SIZE - 1)


@settings(max_examples=100, deadline=None)
@given(stake_edges(SIZE), st.lists(st.tuples(ids, ids, st.sampled_from([0, 20, 60, 100])), max_size=4))
def test_live_shares_equal_shares_afresh(stakes: Edges, changes: Edges) -> None:
    """After any changes the owners and the gap of every entity equal those of the whole, ordered and solved afresh."""
    live = Stakes(SIZE, *(zip(*stakes, strict=True) if stakes else ((), (), ())))
    upstream, holders = Upstream(live, 100), merged(stakes)
    for holder, company, parts in changes:
        live.set_stake(holder, company, parts)
        holders[holder, company] = parts
    rows = [(h, c, p) for (h, c), p in holders.items() if p]
    afresh = shares_of(SIZE, rows)
    for entity in range(SIZE):
        owners, gap, _ = upstream.owners_of(entity)
        expected, expected_gap = afresh.owners_of(entity)
        assert owners == pytest.approx(expected, rel=1e-6, abs=1e-9)
        assert gap == pytest.approx(expected_gap, rel=1e-6, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(stake_edges(SIZE), ids)
def test_below_is_all_that_can_be_reached(stakes: Edges, entity: int) -> None:
    """What is below an entity is what any chain of stakes leads to, the entity among it."""
    reach, grown = {entity}, True
    while grown:
        more = {c for h, c, p in stakes if h in reach and p} - reach
        grown, reach = bool(more), reach | more
    live = Stakes(SIZE, *(zip(*stakes, strict=True) if stakes else ((), (), ())))
    assert set(Upstream(live, 100).below(entity).tolist()) == reach
