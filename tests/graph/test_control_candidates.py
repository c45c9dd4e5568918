"""Passing by parties that cannot count changes no answer, and it passes by as many as it may."""

import numpy as np
from hypothesis import example, given, settings

from comptroller.graph.chains import chains
from comptroller.graph.control_candidates import ANY, Marks, above
from comptroller.graph.stakes import Stakes
from tests.graph.reference import Edges, asserted_edges, merged, slow_control, stake_edges

SIZE = 7


def _marks(edges: Edges, asserted: Edges) -> Marks:
    """What is known of parties, by the definitions."""
    pairs = slow_control(SIZE, edges, asserted, 50)
    begins = {h for (h, c), parts in merged(edges).items() if parts > 50} | {h for h, *_ in asserted}
    useful, root = np.zeros(SIZE, np.int8), np.arange(SIZE, dtype=np.int32)
    for item in range(SIZE):
        owners = {x for x, y in pairs if y == item}
        useful[item] = item in begins or bool(owners)
        tops = {x for x in owners if not any(y == x for _, y in pairs)}
        rings = {x for x in owners if any((x, y) in pairs and (y, x) in pairs for y in range(SIZE) if y != x)}
        if owners:
            root[item] = min(tops) if len(tops) == 1 and not rings else ANY
    return Marks(useful, root, np.zeros(SIZE, np.int64))


@example([(0, 1, 60), (1, 0, 60), (0, 2, 30), (1, 2, 30)], [])  # a ring holds a company together
@example([(0, 1, 60), (0, 2, 30), (1, 2, 10), (2, 3, 60)], [(0, 2, 3)])  # what is held beside an assertion
@settings(max_examples=200)
@given(stake_edges(SIZE), asserted_edges(SIZE))
def test_chains_among_candidates_are_all_chains(edges: Edges, asserted: Edges) -> None:
    """For any sums, rings and assertions, each entity alone gets the same owners, tallies and chains."""
    stakes, marks = Stakes(SIZE, *(list(zip(*edges, strict=True)) or [(), (), ()])), _marks(edges, asserted)
    stakes.assert_many(*(list(zip(*asserted, strict=True)) or [(), (), ()]))
    for entity in range(SIZE):
        result, complete = (chains(stakes, 50, [entity], np.arange(SIZE), marks=known) for known in (marks, None))
        for column in ("owner", "entity", "basis", "tally", "is_ultimate", "is_ring", "start", "rows"):
            assert np.array_equal(getattr(result, column), getattr(complete, column))
    assert not marks.sums.any()
    assert (stakes.local == -1).all()


def test_a_family_that_cannot_pass_is_passed_by() -> None:
    """Of thirty controlled holders of one percent each, none is looked at; of a family that holds more than half, all are."""
    size, holders = 70, 69

    def named(owners: list[int]) -> set[int]:
        edges = [(o, f, 100) for f, o in enumerate(owners, 30)] + [(f, holders, 1) for f in range(30, 60)]
        stakes, root = Stakes(size, *zip(*edges, strict=True)), np.arange(size, dtype=np.int32)
        root[30:60] = owners
        marks = ((np.arange(size) < 60).astype(np.int8), root, np.zeros(size, np.int64))
        names, *_ = above(
            np.array([holders], np.int32), stakes.link, stakes.parts, stakes.head, 15, stakes.local, marks
        )
        return set(names.tolist())

    assert named(list(range(30))) == {holders}
    assert named([0] * 20 + list(range(10))) == {holders, 0, *range(30, 51)}
