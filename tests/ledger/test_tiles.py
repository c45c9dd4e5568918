"""Laws of tiles: their paths have one spelling, and the tiles alone are enough for every subtree of the tree."""

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.ledger.tiles import (
    TILE_BYTES,
    TILE_WIDTH,
    TileEdge,
    bundle,
    entries_path,
    parse_path,
    partial_width,
    reader_over,
    split_hashes,
    tile_path,
    tiles_at,
)
from comptroller.ledger.tree import Frontier, leaf_hash, peaks_at, root_at, root_of

LEAVES = [leaf_hash(b"%d" % place) for place in range(70_000)]


def test_the_example_paths_of_the_specification() -> None:
    """The paths in C2SP tlog-tiles are the ones made."""
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(3, 0, 1) == "tile/3/000.p/1"
    assert tile_path(63, 999) == "tile/63/999"
    assert entries_path(1000, 255) == "tile/entries/x001/000.p/255"


def test_the_example_tree_of_the_specification() -> None:
    """A tree of 70,000 has the tiles that C2SP tlog-tiles counts, and one of 256 a full one and one of width 1."""
    named = list(tiles_at(70_000))
    assert sum(1 for level, _, width in named if level == 0 and width == TILE_WIDTH) == 273
    assert [name for name in named if name[2] < TILE_WIDTH] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert (1, 0, TILE_WIDTH) in named
    assert list(tiles_at(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_at(0)) == []


@given(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_paths_read_back(level: int, place: int, width: int) -> None:
    """A path that was made is read back as what it names."""
    assert parse_path(tile_path(level, place, width)) == (level, place, width)
    assert parse_path(entries_path(place, width)) == (-1, place, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/x000/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/001/000",
        "tile/0/x001",
        "/tile/0/000",
        "tile/0/000/",
        "tile/-1/000",
        "tile/0/0\u0660\u0660",
        "tile/entries/000.p/999",
        "tile/0/000\n",
    ],
)
def test_other_spellings_are_refused(path: str) -> None:
    """A path spelled in any other way names no tile."""
    with pytest.raises(ValueError, match=r"tile|bundle"):
        parse_path(path)


@pytest.mark.parametrize("name", [(64, 0, 256), (0, -1, 256), (0, 0, 0), (0, 0, 257), (-1, 0, 1)])
def test_impossible_tiles_are_refused(name: tuple[int, int, int]) -> None:
    """There is no path to a tile that cannot be."""
    with pytest.raises(ValueError, match="no tile"):
        tile_path(*name)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30))
def test_tiles_do_not_depend_on_the_groups(groups: list[int]) -> None:
    """However leaves are grouped, the same full tiles come out in order, and the same edge is left."""
    edge, full, done = TileEdge(), [], 0
    for group in groups:
        full += edge.grow(LEAVES[done : done + group])
        done = min(done + group, len(LEAVES))
    whole = TileEdge()
    assert sorted(full) == sorted(whole.grow(LEAVES[:done]))
    assert edge.root() == whole.root()
    assert [edge.width(level) for level in range(4)] == [partial_width(done, level) for level in range(4)]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000])
def test_tiles_alone_give_the_tree(size: int) -> None:
    """The full tiles and the unfinished one of level 0 are enough for every root at every smaller size."""
    tiles = {(level, place): hashes for level, place, hashes in TileEdge().grow(LEAVES[:size])}
    assert all(len(hashes) == TILE_BYTES for hashes in tiles.values())

    def tile_of(level: int, place: int) -> bytes | None:
        start = place * TILE_WIDTH
        return tiles.get((level, place)) or (
            b"".join(LEAVES[start : min(size, start + TILE_WIDTH)]) if not level else None
        )

    read = reader_over(tile_of, {})
    for smaller in sorted({1, 2, 3, size // 3 + 1, size // 2 + 1, size - 1 or 1, size}):
        edge = Frontier()
        edge.grow(LEAVES[: min(smaller, size)])
        assert root_at(edge.size, read) == edge.root()
        assert peaks_at(edge.size, read) == edge.peaks
    with pytest.raises(LookupError):
        read(0, size)


def test_an_upper_tile_holds_the_roots_of_the_lower() -> None:
    """Each hash of a tile at level 1 is the root over a full tile of level 0."""
    tiles = {(level, place): hashes for level, place, hashes in TileEdge().grow(LEAVES[:65_536])}
    assert split_hashes(tiles[1, 0]) == [root_of(split_hashes(tiles[0, place])) for place in range(256)]


def test_an_edge_fits_its_frontier() -> None:
    """An edge with unfinished tiles that do not fit its size is rejected."""
    with pytest.raises(ValueError, match="does not fit"):
        TileEdge(Frontier(1, LEAVES[:1]), [b""])


def test_a_bundle_carries_lengths() -> None:
    """A bundle puts two bytes of length before each leaf, and rejects what two bytes cannot count."""
    assert bundle([b"", b"ab"]) == b"\x00\x00\x00\x02ab"
    with pytest.raises(ValueError, match="cannot carry"):
        bundle([bytes(1 << 16)])
