"""Leaving out who is of no use changes no answer: neither at first nor after stakes have turned."""

import numpy as np
from hypothesis import given, settings, strategies as st

from comptroller.books.useful import Useful
from comptroller.graph.chains import below, chains
from comptroller.graph.stakes import HOLDER, STAKE, Stakes, edges_into
from tests.graph.reference import Edges, lawful_edges

SIZE = 7
ALL = np.arange(SIZE, dtype=np.int32)


def _said(stakes: Stakes, useful: Useful) -> set[tuple[int, ...]]:
    found = chains(stakes, 50, ALL, ALL, useful=useful.of(SIZE))
    return {(int(found.owner[at]), int(found.entity[at]), *found.chain(at)) for at in range(len(found))}


@settings(max_examples=100)
@given(
    lawful_edges(SIZE), st.lists(st.tuples(*[st.integers(0, SIZE - 1)] * 2, st.sampled_from([0, 30, 60])), max_size=5)
)
def test_useful_parties_tell_all(edges: Edges, turns: Edges) -> None:
    """Chains among useful parties are all chains; what hangs below a turn is learned again, and nothing else."""
    stakes, useful = Stakes(SIZE, *(list(zip(*edges, strict=True)) or [(), (), ()])), Useful(50)
    useful.learn(stakes, stakes.parts, ALL, {entity for _, entity, *_ in _said(stakes, Useful(50))})
    for holder, company, parts in turns:
        assert _said(stakes, useful) == _said(stakes, Useful(50))
        touched, held = below(stakes, [company]), edges_into(company, stakes.link, stakes.parts, stakes.head)
        was = sum(int(stakes.parts[row]) for row in held.tolist() if stakes.link[row, HOLDER] == holder)
        stakes.set_stake(holder, company, parts)
        useful.turn(holder, STAKE, was, parts)
        useful.open(touched, SIZE)
        useful.learn(stakes, stakes.parts, touched, {e for _, e, *_ in _said(stakes, useful)} & set(touched.tolist()))
    assert _said(stakes, useful) == _said(stakes, Useful(50))


def test_an_edge_that_turns_makes_its_holder_useful() -> None:
    """Who gets more than the threshold begins; who loses it again and is nobody's is left out."""
    stakes, useful = Stakes(3, [0], [1], [30]), Useful(50)
    useful.learn(stakes, stakes.parts, np.arange(3, dtype=np.int32), set())
    assert useful.of(3).tolist() == [0, 0, 0]
    useful.turn(0, STAKE, 30, 60)
    assert useful.of(3).tolist() == [1, 0, 0]
    useful.turn(0, STAKE, 60, 30)
    useful.turn(2, 3, 0, 1)
    assert useful.of(3).tolist() == [0, 0, 1]
