"""Chains of control equal the slow fixpoint, name their strongest way, and say who is at the top."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from comptroller.graph.chains import DIRECT, JOINT, below, chains
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, STAKE, Stakes
from tests.graph.reference import asserted_edges, merged, slow_control, stake_edges

SIZE = 7


def _stakes(edges: list[tuple[int, int, int]], asserted: list[tuple[int, int, int]]) -> Stakes:
    columns = list(zip(*edges, strict=True)) or [(), (), ()]
    found = Stakes(SIZE, *columns)
    found.assert_many(*(list(zip(*asserted, strict=True)) or [(), (), ()]))
    return found


@settings(max_examples=300)
@given(stake_edges(SIZE), asserted_edges(SIZE), st.lists(st.integers(0, SIZE - 1), unique=True, max_size=SIZE))
def test_the_chains_are_those_of_the_fixpoint(
    edges: list[tuple[int, int, int]], asserted: list[tuple[int, int, int]], asked: list[int]
) -> None:
    """Who controls the entities asked about is what the definition says; each chain leads from owner to entity."""
    stakes = _stakes(edges, asserted)
    found = chains(stakes, 50, asked, np.arange(SIZE))
    whole = slow_control(SIZE, edges, asserted, 50)
    pairs = list(zip(found.owner.tolist(), found.entity.tolist(), strict=True))
    assert sorted(pairs) == sorted((x, y) for x, y in whole if y in asked)
    assert [e for _, e in pairs] == sorted((e for _, e in pairs), key=asked.index)
    held = merged(edges)
    for at, (owner, entity) in enumerate(pairs):
        link = stakes.link[found.chain(at)]
        assert link[0, HOLDER] == owner
        assert link[-1, COMPANY] == entity
        assert (link[1:, HOLDER] == link[:-1, COMPANY]).all()
        basis = int(found.basis[at])
        if basis == DIRECT:
            assert held[owner, entity] > 50
        elif basis == JOINT:
            assert found.tally[at] > 50
        else:
            assert int(link[-1, BASIS]) == basis != STAKE
        above = {x for x, y in whole if y == owner}
        assert bool(found.is_ring[at]) == any((owner, x) in whole for x in above)
        assert bool(found.is_ultimate[at]) == all((owner, x) in whole for x in above)
    assert (stakes.local == -1).all()


@settings(max_examples=100)
@given(stake_edges(SIZE), asserted_edges(SIZE), st.permutations(range(SIZE)))
def test_a_chain_does_not_depend_on_what_else_is_asked(
    edges: list[tuple[int, int, int]], asserted: list[tuple[int, int, int]], asked: list[int]
) -> None:
    """Asked about alone or among others, an entity gets the same bases, tallies and chains."""
    stakes = _stakes(edges, asserted)

    def said(entities: list[int]) -> set[tuple[object, ...]]:
        one = chains(stakes, 50, entities, np.arange(SIZE))
        columns = (one.owner, one.entity, one.basis, one.tally, one.is_ultimate, one.is_ring)
        return {(*(int(c[at]) for c in columns), *one.chain(at)) for at in range(len(one))}

    assert said(asked) == set().union(*(said([one]) for one in asked))


@given(stake_edges(SIZE))
def test_below_is_all_that_can_be_reached(edges: list[tuple[int, int, int]]) -> None:
    """What hangs below an entity is all that chains of stakes of any size lead to, and itself."""
    stakes, reached = _stakes(edges, []), {0}
    while more := {c for h, c, amount in edges if h in reached and amount} - reached:
        reached |= more
    assert set(below(stakes, [0]).tolist()) == reached
