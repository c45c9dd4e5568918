"""Laws of the Merkle tree: it is RFC 6962's, its proofs hold for every size, and nothing but the truth is proved."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    Reader,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    peaks_at,
    root_at,
    root_of,
)

MOST = 600
LEAVES = [leaf_hash(b"%d" % place) for place in range(MOST)]

# The vectors of the certificate-transparency reference tests for RFC 6962.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    bytes.fromhex(root)
    for root in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
CT_CONSISTENCY = {
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}


def recursive_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root as RFC 6962, 2.1 defines it, with no cleverness."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


def recursive_path(place: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the audit path as RFC 6962, 2.1.1 defines it."""
    if len(leaves) <= 1:
        return ()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if place < split:
        return (*recursive_path(place, leaves[:split]), recursive_root(leaves[split:]))
    return (*recursive_path(place - split, leaves[split:]), recursive_root(leaves[:split]))


def recursive_subproof(old: int, leaves: Sequence[bytes], *, is_known: bool = True) -> tuple[bytes, ...]:
    """Return the consistency proof as RFC 6962, 2.1.2 defines it."""
    if old == len(leaves):
        return () if is_known else (recursive_root(leaves),)
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return (*recursive_subproof(old, leaves[:split], is_known=is_known), recursive_root(leaves[split:]))
    return (*recursive_subproof(old - split, leaves[split:], is_known=False), recursive_root(leaves[:split]))


def reader(leaves: Sequence[bytes]) -> Reader:
    """Read subtrees from a row of leaves, refusing what lies beyond it."""
    memory: dict[tuple[int, int], bytes] = {}

    def read(height: int, place: int) -> bytes:
        assert (place + 1) << height <= len(leaves)
        if (height, place) not in memory:
            memory[height, place] = (
                leaves[place] if not height else node_hash(read(height - 1, 2 * place), read(height - 1, 2 * place + 1))
            )
        return memory[height, place]

    return read


READ = reader(LEAVES)
ROOTS = [recursive_root(LEAVES[:size]) for size in range(MOST + 1)]


def flipped(value: bytes, bit: int) -> bytes:
    """Return the bytes with one bit turned."""
    return (int.from_bytes(value, "big") ^ (1 << bit % (len(value) * 8))).to_bytes(len(value), "big")


def test_the_reference_vectors() -> None:
    """The empty tree and the eight leaves of the reference tests have the published roots."""
    hashed = [leaf_hash(leaf) for leaf in CT_LEAVES]
    assert CT_ROOTS[0] == EMPTY_ROOT
    for size, root in enumerate(CT_ROOTS):
        edge = Frontier()
        edge.grow(hashed[:size])
        assert edge.root() == root_of(hashed[:size]) == root_at(size, reader(hashed)) == root


def test_the_reference_consistency_proofs() -> None:
    """The published consistency proofs are the ones drawn, and hold."""
    read = reader([leaf_hash(leaf) for leaf in CT_LEAVES])
    for (old, new), steps in CT_CONSISTENCY.items():
        proof = tuple(bytes.fromhex(step) for step in steps)
        assert consistency_proof(old, new, read) == proof
        assert check_consistency(old, new, proof, old_root=CT_ROOTS[old], new_root=CT_ROOTS[new])


def test_every_way_to_the_root_is_the_definition() -> None:
    """For every size to 600: the growing edge, the row by row root and the read root are RFC 6962's recursion."""
    edge = Frontier()
    for size in range(MOST + 1):
        assert edge.root() == root_of(LEAVES[:size]) == root_at(size, READ) == ROOTS[size]
        assert edge.peaks == peaks_at(size, READ)
        edge.grow(LEAVES[size : size + 1])


def test_an_edge_tells_each_completed_subtree() -> None:
    """Growing in one go or leaf by leaf reports the same completed subtrees of the requested heights."""
    whole, single = Frontier(), Frontier()
    told = whole.grow(LEAVES, step=2)
    assert told == [told_one for leaf in LEAVES for told_one in single.grow([leaf], step=2)]
    assert [hashed for height, hashed in told if height == 8] == [READ(8, 0), READ(8, 1)]


def test_an_edge_fits_its_size() -> None:
    """An edge with other peaks than its size requires is rejected."""
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, LEAVES[:1])


@pytest.mark.parametrize("size", [*range(1, 66), 127, 128, 129, 255, 256, 257, 511, 512, 513, 600])
def test_every_leaf_has_its_proof(size: int) -> None:
    """Each leaf of a tree has the proof RFC 6962 defines; it holds there, and at no other place."""
    for place in range(size):
        proof = inclusion_proof(place, size, READ)
        if size < 66:
            assert proof == recursive_path(place, LEAVES[:size])
        assert check_inclusion(LEAVES[place], place, size, proof, ROOTS[size])
        assert not check_inclusion(LEAVES[place], place + 1, size, proof, ROOTS[size])


@pytest.mark.parametrize("new", [*range(1, 66), 127, 128, 129, 255, 256, 257, 511, 512, 513, 600])
def test_every_tree_begins_the_later_ones(new: int) -> None:
    """Each older tree has the consistency proof RFC 6962 defines, and it holds for no other older root."""
    for old in range(new + 1):
        proof = consistency_proof(old, new, READ)
        if old > 0 and new < 66:
            assert proof == recursive_subproof(old, LEAVES[:new])
        assert check_consistency(old, new, proof, old_root=ROOTS[old], new_root=ROOTS[new])
        assert not check_consistency(old, new, proof, old_root=flipped(ROOTS[old], 7), new_root=ROOTS[new])


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_tampered_inclusion_proof_is_refused(data: st.DataObject) -> None:
    """A proof with a turned bit, a step more or less, another leaf or another root proves nothing."""
    size = data.draw(st.integers(1, MOST))
    place = data.draw(st.integers(0, size - 1))
    bit = data.draw(st.integers(0, 255))
    proof = inclusion_proof(place, size, READ)
    assert check_inclusion(LEAVES[place], place, size, proof, ROOTS[size])
    for at, step in enumerate(proof):
        bad = (*proof[:at], flipped(step, bit), *proof[at + 1 :])
        assert not check_inclusion(LEAVES[place], place, size, bad, ROOTS[size])
        assert not check_inclusion(LEAVES[place], place, size, proof[:at] + proof[at + 1 :], ROOTS[size])
    assert not check_inclusion(LEAVES[place], place, size, (*proof, LEAVES[0]), ROOTS[size])
    assert not check_inclusion(flipped(LEAVES[place], bit), place, size, proof, ROOTS[size])
    assert not check_inclusion(LEAVES[place], place, size, proof, flipped(ROOTS[size], bit))
    assert not check_inclusion(LEAVES[place], size, size, proof, ROOTS[size])
    assert not check_inclusion(LEAVES[place], -1, size, proof, ROOTS[size])


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_tampered_consistency_proof_is_refused(data: st.DataObject) -> None:
    """A proof with a turned bit, a step more or less, or other roots shows no beginning."""
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    bit = data.draw(st.integers(0, 255))
    proof = consistency_proof(old, new, READ)
    roots = {"old_root": ROOTS[old], "new_root": ROOTS[new]}
    assert check_consistency(old, new, proof, **roots)
    for at, step in enumerate(proof):
        assert not check_consistency(old, new, (*proof[:at], flipped(step, bit), *proof[at + 1 :]), **roots)
        assert not check_consistency(old, new, proof[:at] + proof[at + 1 :], **roots)
    assert not check_consistency(old, new, (*proof, LEAVES[0]), **roots)
    assert not check_consistency(old, new, proof, old_root=ROOTS[old], new_root=flipped(ROOTS[new], bit))
    assert not check_consistency(new, old, proof, **roots)


def test_checks_answer_no_to_rubbish() -> None:
    """Values that are no hashes are answered no, without an exception."""
    assert not check_inclusion(b"", 0, 1, (), b"")
    assert not check_inclusion(LEAVES[0], 0, 2, (b"short",), ROOTS[2])
    assert not check_consistency(1, 2, (b"short",), old_root=ROOTS[1], new_root=ROOTS[2])
    assert not check_consistency(0, 0, (), old_root=LEAVES[0], new_root=LEAVES[0])
    assert not check_consistency(3, 4, (), old_root=ROOTS[3], new_root=ROOTS[4])


def test_proofs_outside_the_tree_are_refused() -> None:
    """No proof is drawn for a place or a size that the tree has not reached."""
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(3, 3, READ)
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_proof(4, 3, READ)
