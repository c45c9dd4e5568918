"""Levels against breadth-first search and longest paths done by hand."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from comptroller.graph.levels import longest, path, shortest

SIZE = 7
ids = st.integers(0, SIZE - 1)
edges = st.lists(st.tuples(ids, ids), max_size=14)


def ends(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Sources and targets."""
    return [a for a, _ in pairs], [b for _, b in pairs]


def slow_shortest(pairs: list[tuple[int, int]], roots: list[int]) -> list[int]:
    """Levels by widening sets."""
    level, reachable, depth = [0] * SIZE, set(roots), 1
    while reachable:
        for v in reachable:
            level[v] = depth
        reachable = {b for a, b in pairs if a in reachable and not level[b]}
        depth += 1
    return level


def slow_longest(pairs: list[tuple[int, int]], roots: list[int]) -> list[int]:
    """Levels by trying every simple path in a graph without loops."""
    level = [0] * SIZE

    def go(v: int, depth: int) -> None:
        level[v] = max(level[v], depth)
        for a, b in pairs:
            if a == v:
                go(b, depth + 1)

    for root in roots:
        go(root, 1)
    return level


@settings(max_examples=150, deadline=None)
@given(edges, st.lists(ids, min_size=1, max_size=2, unique=True))
def test_shortest_levels_equal_widening_sets(pairs: list[tuple[int, int]], roots: list[int]) -> None:
    """The level is one more than the fewest edges from a root, and the chain has that many edges and leads there."""
    levels = shortest(SIZE, *ends(pairs), roots)
    assert levels.level.tolist() == slow_shortest(pairs, roots)
    for v in range(SIZE):
        chain = levels.chain(v)
        if levels.level[v]:
            assert len(chain) == levels.level[v] - 1
            walk = [levels.root(v), *(pairs[edge][1] for edge in chain)]
            assert walk[0] in roots
            assert walk[-1] == v
            assert all(pairs[edge][0] == a for edge, a in zip(chain, walk, strict=False))


@settings(max_examples=150, deadline=None)
@given(edges, st.lists(ids, min_size=1, max_size=2, unique=True))
def test_longest_levels_equal_every_path(pairs: list[tuple[int, int]], roots: list[int]) -> None:
    """Without loops the longest level is that of the longest path, and its chain has that many edges."""
    pairs = [(a, b) for a, b in pairs if a < b]
    levels = longest(SIZE, *ends(pairs), roots)
    assert levels.level.tolist() == slow_longest(pairs, roots)
    for v in range(SIZE):
        assert len(levels.chain(v)) == max(levels.level[v] - 1, 0) or levels.root(v) in roots


@settings(max_examples=100, deadline=None)
@given(edges, st.lists(ids, min_size=1, max_size=2, unique=True))
def test_longest_levels_stand_loops(pairs: list[tuple[int, int]], roots: list[int]) -> None:
    """With loops every reached entity has a level and a chain that ends at a root."""
    levels = longest(SIZE, *ends(pairs), roots)
    for v in range(SIZE):
        assert (levels.level[v] > 0) == (slow_shortest(pairs, roots)[v] > 0)
        assert levels.level[v] == 0 or levels.root(v) in roots


def test_a_ring_is_one_level() -> None:
    """Members of a ring share a level, and what hangs below is one further down."""
    levels = longest(5, [0, 1, 2, 3, 2], [1, 2, 3, 1, 4], [0])
    assert levels.level.tolist() == [1, 2, 2, 2, 3]
    assert levels.chain(4) == [0, 1, 4]


def test_a_path_from_one_to_another() -> None:
    """The path names its edges; where there is none the answer is None."""
    assert path(4, [0, 1, 0], [1, 2, 2], 0, 2) == [2]
    assert path(4, [0, 1, 0], [1, 2, 2], 2, 0) is None
    assert path(4, [0, 1, 0], [1, 2, 2], 1, 1) == []


def test_real_group_has_eleven_levels(group_tree: tuple[int, list[tuple[int, int, int]]]) -> None:
    """The real group's tree has eleven levels by stakes, and every company has one."""
    size, stakes = group_tree
    levels = shortest(size, [s[0] for s in stakes], [s[1] for s in stakes], [0])
    assert levels.level.min() == 1
    assert levels.level.max() == 11
