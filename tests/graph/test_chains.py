"""Chains of control equal the slow fixpoint, name their strongest way, and mark who is at the top."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from comptroller.graph.chains import DIRECT, JOINT, below, chains
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, STAKE, Stakes
from tests.graph.reference import asserted_edges, merged, slow_control, stake_edges

SIZE = 7


def _stakes(edges: list[tuple[int, int, int]], asserted: list[tuple[int, int, int]]) -> Stakes:
    columns = list(zip(*edges, strict=True)) or [(), (), ()]
    result = Stakes(SIZE, *columns)
    result.assert_many(*(list(zip(*asserted, strict=True)) or [(), (), ()]))
    return result


@settings(max_examples=300)
@given(stake_edges(SIZE), asserted_edges(SIZE), st.lists(st.integers(0, SIZE - 1), unique=True, max_size=SIZE))
def test_the_chains_are_those_of_the_fixpoint(
    edges: list[tuple[int, int, int]], asserted: list[tuple[int, int, int]], asked: list[int]
) -> None:
    """The controllers of the chosen entities are those of the definition; each chain leads from owner to entity."""
    stakes = _stakes(edges, asserted)
    result = chains(stakes, 50, asked, np.arange(SIZE))
    complete = slow_control(SIZE, edges, asserted, 50)
    pairs = list(zip(result.owner.tolist(), result.entity.tolist(), strict=True))
    assert sorted(pairs) == sorted((x, y) for x, y in complete if y in asked)
    assert [e for _, e in pairs] == sorted((e for _, e in pairs), key=asked.index)
    holders = merged(edges)
    for at, (owner, entity) in enumerate(pairs):
        link = stakes.link[result.chain(at)]
        assert link[0, HOLDER] == owner
        assert link[-1, COMPANY] == entity
        assert (link[1:, HOLDER] == link[:-1, COMPANY]).all()
        basis = int(result.basis[at])
        if basis == DIRECT:
            assert holders[owner, entity] > 50
        elif basis == JOINT:
            assert result.tally[at] > 50
        else:
            assert int(link[-1, BASIS]) == basis != STAKE
        above = {x for x, y in complete if y == owner}
        assert bool(result.is_ring[at]) == any((owner, x) in complete for x in above)
        assert bool(result.is_ultimate[at]) == all((owner, x) in complete for x in above)
    assert (stakes.local == -1).all()


@settings(max_examples=100)
@given(stake_edges(SIZE), asserted_edges(SIZE), st.permutations(range(SIZE)))
def test_a_chain_does_not_depend_on_what_else_is_asked(
    edges: list[tuple[int, int, int]], asserted: list[tuple[int, int, int]], asked: list[int]
) -> None:
    """Alone or among others, an entity gets the same bases, tallies and chains."""
    stakes = _stakes(edges, asserted)

    def chains_of(entities: list[int]) -> set[tuple[object, ...]]:
        item = chains(stakes, 50, entities, np.arange(SIZE))
        columns = (item.owner, item.entity, item.basis, item.tally, item.is_ultimate, item.is_ring)
        return {(*(int(c[at]) for c in columns), *item.chain(at)) for at in range(len(item))}

    assert chains_of(asked) == set().union(*(chains_of([item]) for item in asked))


@given(stake_edges(SIZE))
def test_below_is_all_that_can_be_reached(edges: list[tuple[int, int, int]]) -> None:
    """What hangs below an entity is all that chains of stakes of any size lead to, and itself."""
    stakes, reachable = _stakes(edges, []), {0}
    while more := {c for h, c, amount in edges if h in reachable and amount} - reachable:
        reachable |= more
    assert set(below(stakes, [0]).tolist()) == reachable
