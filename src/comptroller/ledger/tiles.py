"""The tree cut into tiles of 256 hashes, as C2SP tlog-tiles names and shapes them.

The tile at level L, place N holds the hashes of the subtrees of height 8*L from N*256 on; a full one never changes.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from comptroller.ledger.tree import HASH_BYTES, Frontier, Reader, peaks_at, root_of

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_BYTES = TILE_WIDTH * HASH_BYTES
LAST_LEVEL = 63

#: A tile's level, its place within the level, and its width in hashes (1 to 256).
TileName = tuple[int, int, int]

_PATH = re.compile(r"tile/(0|[1-9][0-9]?|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class TileEdge:
    """The growing edge of a tiled tree: the frontier, and the begun tile of each level.

    >>> edge = Edge()
    >>> [(level, place) for level, place, _ in edge.grow([bytes(32)] * 600)]
    [(0, 0), (0, 1)]
    >>> edge.size, edge.width(0), edge.width(1)
    (600, 88, 2)
    """

    __slots__ = ("_begun", "_frontier")

    def __init__(self, frontier: Frontier | None = None, begun: Iterable[bytes] = ()) -> None:
        """Store an edge; `begun` has the unfinished hashes of each level, joined, level 0 first."""
        self._frontier = frontier or Frontier()
        self._begun = [bytearray(hashes) for hashes in begun] or [bytearray()]
        for level, hashes in enumerate(self._begun):
            if len(hashes) != partial_width(self.size, level) * HASH_BYTES:
                raise ValueError(f"the begun tile of level {level} does not fit a tree of {self.size}")

    @property
    def size(self) -> int:
        """The number of leaves so far."""
        return self._frontier.size

    def width(self, level: int) -> int:
        """Return the number of hashes in the begun tile of a level."""
        return len(self._begun[level]) // HASH_BYTES if level < len(self._begun) else 0

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        return self._frontier.root()

    def grow(self, leaves: list[bytes]) -> list[tuple[int, int, bytes]]:
        """Add leaf hashes; returns (level, place, 8,192 bytes) of every tile that became full."""
        before = self._frontier.size
        self._begun[0] += b"".join(leaves)
        for height, hashed in self._frontier.grow(leaves, step=TILE_HEIGHT):
            level = height // TILE_HEIGHT
            if level == len(self._begun):
                self._begun.append(bytearray())
            self._begun[level] += hashed
        full: list[tuple[int, int, bytes]] = []
        for level, hashes in enumerate(self._begun):
            place = before >> (TILE_HEIGHT * (level + 1))
            while len(hashes) >= TILE_BYTES:
                full.append((level, place, bytes(hashes[:TILE_BYTES])))
                del hashes[:TILE_BYTES]
                place += 1
        return full


def edge_at(size: int, read: Reader) -> TileEdge:
    """Return the edge of a tree of `size` leaves that is stored elsewhere."""
    begun: list[bytes] = []
    while size >> (TILE_HEIGHT * (level := len(begun))):
        start = (size >> (TILE_HEIGHT * (level + 1))) * TILE_WIDTH
        places = range(start, start + partial_width(size, level))
        begun.append(b"".join(read(TILE_HEIGHT * level, place) for place in places))
    return TileEdge(Frontier(size, peaks_at(size, read)), begun)


def tile_path(level: int, place: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile, relative to the log's prefix. Source: C2SP tlog-tiles, "Merkle Tree".

    Raises ValueError for a level beyond 63, a negative place, a width outside 1 to 256.

    >>> tile_path(0, 1234067), tile_path(1, 0, 17)
    ('tile/0/x001/x234/067', 'tile/1/000.p/17')
    """
    if not (0 <= level <= LAST_LEVEL and place >= 0 and 1 <= width <= TILE_WIDTH):
        raise ValueError(f"there is no tile of level {level}, place {place}, width {width}")
    return f"tile/{level}/{_place_path(place, width)}"


def entries_path(place: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a bundle of entries (what level 0's hashes are of). Source: C2SP tlog-tiles, "Log entries"."""
    if place < 0 or not 1 <= width <= TILE_WIDTH:
        raise ValueError(f"there is no bundle at place {place}, width {width}")
    return f"tile/entries/{_place_path(place, width)}"


def parse_path(path: str) -> TileName:
    """Read a tile's path back; a bundle of entries has level -1. Raises ValueError for every other spelling.

    >>> parse_path("tile/0/x001/x234/067"), parse_path("tile/entries/000.p/9")
    ((0, 1234067, 256), (-1, 0, 9))
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise ValueError(f"not the path of a tile: {path!r}")
    level = -1 if match[1] == "entries" else int(match[1])
    place = int(match[2].replace("/", "").replace("x", ""))
    width = int(match[3]) if match[3] else TILE_WIDTH
    again = entries_path(place, width) if level < 0 else tile_path(level, place, width)
    if again != path:
        raise ValueError(f"not the path of a tile: {path!r}, which would be {again!r}")
    return level, place, width


def partial_width(size: int, level: int) -> int:
    """Return the width of the unfinished tile of a level in a tree of `size`; 0 when there is none."""
    return (size >> (TILE_HEIGHT * level)) % TILE_WIDTH


def tiles_at(size: int) -> Iterator[TileName]:
    """Name every tile of the tree of `size` leaves, level by level, the unfinished one last in its level."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        for place in range(size >> (TILE_HEIGHT * (level + 1))):
            yield level, place, TILE_WIDTH
        if width := partial_width(size, level):
            yield level, size >> (TILE_HEIGHT * (level + 1)), width
        level += 1


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Join leaves into a bundle: each behind its length in two bytes, big end first. Source: C2SP tlog-tiles.

    Raises ValueError for a leaf longer than 65,535 bytes, which the format cannot carry.
    """
    parts: list[bytes] = []
    for leaf in leaves:
        if len(leaf) >= 1 << 16:
            raise ValueError(f"a bundle cannot carry a leaf of {len(leaf)} bytes")
        parts += (len(leaf).to_bytes(2, "big"), leaf)
    return b"".join(parts)


def split_hashes(tile: bytes) -> list[bytes]:
    """Cut a tile into its hashes."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def reader_over(tile_of: Callable[[int, int], bytes | None], drawn: dict[tuple[int, int], bytes]) -> Reader:
    """Return a reader of subtrees over a reader of tiles, `tile_of(level, place)`: hashes joined, or None where not
    stored.

    Where a tile above level 0 is missing, its hashes are computed from the full tiles below it and cached in `drawn`.
    `drawn` may outlive the reader and has one hash for each 256 leaves at most. The reader raises LookupError for a
    subtree that the tiles do not cover.
    """

    def whole(level: int, place: int) -> bytes:
        hashed = drawn.get((level, place))
        if hashed is None:
            tile = tile_of(level - 1, place)
            if tile is None or len(tile) != TILE_BYTES:
                raise LookupError(f"there is no full tile of level {level - 1} at {place}")
            hashed = drawn[level, place] = root_of(split_hashes(tile))
        return hashed

    def read(height: int, place: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        start, width = place << above, 1 << above
        tile = tile_of(level, start >> TILE_HEIGHT)
        if tile is None and level:
            return root_of([whole(level, start + at) for at in range(width)])
        at = start % TILE_WIDTH * HASH_BYTES
        hashes = (tile or b"")[at : at + width * HASH_BYTES]
        if len(hashes) != width * HASH_BYTES:
            raise LookupError(f"no tile covers the subtree of height {height} at {place}")
        return root_of(split_hashes(hashes))

    return read


def _place_path(place: int, width: int) -> str:
    groups = [f"{place % 1000:03}"]
    while place := place // 1000:
        groups.insert(0, f"x{place % 1000:03}")
    return "/".join(groups) + (f".p/{width}" if width < TILE_WIDTH else "")
