"""Strong components and circles against reachability and every permutation."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings, strategies as st

from comptroller.graph.rings import circles, components

SIZE = 6
ids = st.integers(0, SIZE - 1)
pairs = st.lists(st.tuples(ids, ids), max_size=16)


@settings(max_examples=200, deadline=None)
@given(pairs)
def test_components_are_mutual_reach_in_topological_order(edges: list[tuple[int, int]]) -> None:
    """Two nodes share a component exactly if each reaches the other; no edge leads to a lower component."""
    count, label = components(SIZE, [a for a, _ in edges], [b for _, b in edges])
    reach = {(v, v) for v in range(SIZE)} | set(edges)
    for k in range(SIZE):
        reach |= {(a, b) for a in range(SIZE) for b in range(SIZE) if (a, k) in reach and (k, b) in reach}
    assert all(
        (label[a] == label[b]) == ((a, b) in reach and (b, a) in reach) for a in range(SIZE) for b in range(SIZE)
    )
    assert all(label[a] <= label[b] for a, b in edges)
    assert set(label.tolist()) == set(range(count))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(ids, ids, st.integers(0, 9), st.integers(1, 6)), max_size=10), st.integers(2, 5))
def test_circles_are_all_rings_that_share_a_moment(rows: list[tuple[int, int, int, int]], legs: int) -> None:
    """Every simple ring of edges with a common moment is found once, with that moment, and no other."""
    since, until = [r[2] for r in rows], [r[2] + r[3] for r in rows]
    result = circles(SIZE, [r[0] for r in rows], [r[1] for r in rows], since, until, legs=legs)
    expected = set()
    for length in range(2, min(legs, len(rows)) + 1):
        for chosen in permutations(range(len(rows)), length):
            nodes = [rows[i][0] for i in chosen]
            closes = all(rows[a][1] == rows[b][0] for a, b in zip(chosen, chosen[1:] + chosen[:1], strict=True))
            if closes and len(set(nodes)) == length and nodes[0] == min(nodes):
                span = max(since[i] for i in chosen), min(until[i] for i in chosen)
                if span[0] < span[1]:
                    expected.add((chosen, span))
    listed = [(tuple(result.circle(i)), (int(result.since[i]), int(result.until[i]))) for i in range(len(result))]
    assert len(listed) == len(set(listed))
    assert set(listed) == expected
    assert not result.is_cut


def test_mutual_guarantees_that_never_met_are_none() -> None:
    """Two guarantees one after the other are not mutual; at the same time they are."""
    assert len(circles(2, [0, 1], [1, 0], [0, 5], [5, 9])) == 0
    assert circles(2, [0, 1], [1, 0], [0, 4], [5, 9]).circle(0) == [0, 1]


def test_too_many_circles_are_cut_and_said() -> None:
    """Where there are more circles than wanted, the answer is marked as cut."""
    everyone = [(a, b) for a in range(8) for b in range(8) if a != b]
    result = circles(8, [a for a, _ in everyone], [b for _, b in everyone], most=50)
    assert len(result) == 50
    assert result.is_cut


def test_media_register_has_three_loops(
    media_register: tuple[int, list[tuple[int, int, float | None]], list[int]],
) -> None:
    """The real register has three loops of companies that hold one another."""
    size, rows, _ = media_register
    count, label = components(size, [r[0] for r in rows], [r[1] for r in rows])
    members = [0] * count
    for node in label.tolist():
        members[node] += 1
    assert sum(1 for m in members if m > 1) == 3
