"""The Merkle tree of RFC 6962: its hashes, its growing edge, its proofs and their checks.

Everything here is arithmetic on SHA-256 values. A proof is built through a reader of complete subtrees, so it does not
matter where hashes are stored. A check never raises for input of an outsider: it returns False.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# : Returns the hash of the complete subtree of 2**height leaves that begins at leaf place * 2**height.
Reader = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf: SHA-256(0x00 || leaf). Source: RFC 6962, 2.1."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent: SHA-256(0x01 || left || right). Source: RFC 6962, 2.1."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The growing right edge: the roots of the complete subtrees that the leaves so far make up, largest first.

    Holds at most 64 hashes for any size. Source: RFC 6962, 2.1, read from the left.

    >>> edge = Frontier()
    >>> edge.root() == EMPTY_ROOT
    True
    """

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Store an edge of `size` leaves. Raises ValueError for peaks that are not one for each set bit of the size."""
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has other than {len(self.peaks)} peaks")

    def grow(self, leaves: Iterable[bytes], *, step: int = 8) -> list[tuple[int, bytes]]:
        """Add leaf hashes in order; returns (height, hash) of each subtree completed at a height that `step`
        divides.
        """
        peaks, size = self.peaks, self.size
        completed: list[tuple[int, bytes]] = []
        for leaf in leaves:
            hashed, height, rest = leaf, 0, size
            while rest & 1:
                hashed = sha256(b"\x01" + peaks.pop() + hashed).digest()
                rest >>= 1
                height += 1
                if not height % step:
                    completed.append((height, hashed))
            peaks.append(hashed)
            size += 1
        self.size = size
        return completed

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        return _fold(self.peaks)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over a row of leaf hashes; level by level, an odd last one goes up as it is. Source: RFC
    6962, 2.1.
    """
    if not leaves:
        return EMPTY_ROOT
    row = list(leaves)
    while len(row) > 1:
        above = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        if len(row) & 1:
            above.append(row[-1])
        row = above
    return row[0]


def root_at(size: int, read: Reader) -> bytes:
    """Return the root that the first `size` leaves had."""
    return _fold(peaks_at(size, read))


def peaks_at(size: int, read: Reader) -> list[bytes]:
    """Return the roots of the complete subtrees that make up the first `size` leaves, largest first."""
    return _peaks(0, size, read)


def inclusion_proof(place: int, size: int, read: Reader) -> tuple[bytes, ...]:
    """Draw the audit path of the leaf at `place` (0 is first) in the tree of `size` leaves. Source: RFC 6962, 2.1.1.

    Raises ValueError for a place outside the tree.
    """
    if not 0 <= place < size:
        raise ValueError(f"leaf {place} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_width(end - start)
        if place < middle:
            path.append(_span(middle, end, read))
            end = middle
        else:
            path.append(_span(start, middle, read))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old_size: int, new_size: int, read: Reader) -> tuple[bytes, ...]:
    """Draw the proof that the tree of `old_size` is the beginning of that of `new_size`. Source: RFC 6962, 2.1.2.

    Empty when the old tree is empty or the sizes are equal. Raises ValueError for an old size beyond the new.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"a tree of {old_size} is not the beginning of one of {new_size}")
    if old_size in (0, new_size):
        return ()
    path: list[bytes] = []
    start, end = 0, new_size
    while old_size != end:
        middle = start + _left_width(end - start)
        if old_size <= middle:
            path.append(_span(middle, end, read))
            end = middle
        else:
            path.append(_span(start, middle, read))
            start = middle
    if start:  # Else the subtree is the old tree itself, and the checker has its root.
        path.append(_span(start, end, read))
    return tuple(reversed(path))


def check_inclusion(leaf: bytes, place: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether `proof` shows the leaf hash at `place` under `root`. Source: RFC 9162, 2.1.3.2 (same tree
    as 6962).
    """
    if not 0 <= place < size or not _are_hashes((leaf, root, *proof)):
        return False
    at, last, hashed = place, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            hashed = node_hash(step, hashed)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            hashed = node_hash(hashed, step)
        at >>= 1
        last >>= 1
    return last == 0 and hashed == root


def check_consistency(  # noqa: C901  the RFC's steps stay together
    old_size: int, new_size: int, proof: Sequence[bytes], *, old_root: bytes, new_root: bytes
) -> bool:
    """Return whether `proof` shows the old tree as the beginning of the new. Source: RFC 9162, 2.1.4.2.

    The empty tree begins every tree, with an empty proof.
    """
    if not 0 <= old_size <= new_size or not _are_hashes((old_root, new_root, *proof)):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at >>= 1
        last >>= 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            new = node_hash(new, step)
        at >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root


def _left_width(width: int) -> int:
    """Return the largest power of two below `width`, for a width of at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _span(start: int, end: int, read: Reader) -> bytes:
    return _fold(_peaks(start, end, read))


def _peaks(start: int, end: int, read: Reader) -> list[bytes]:
    peaks: list[bytes] = []
    while start < end:
        height = (end - start).bit_length() - 1
        peaks.append(read(height, start >> height))
        start += 1 << height
    return peaks


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    hashed = peaks[-1]
    for peak in reversed(peaks[:-1]):
        hashed = node_hash(peak, hashed)
    return hashed


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(isinstance(value, bytes) and len(value) == HASH_BYTES for value in values)
