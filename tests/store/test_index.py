"""The laws of the hash indexes."""

import numpy as np
from hypothesis import given, strategies as st

from comptroller.store.index import Chain


@given(st.lists(st.lists(st.integers(0, 40), max_size=60), max_size=8))
def test_a_chain_gives_all_rows_of_a_hash_and_no_others(batches: list[list[int]]) -> None:
    """However rows are batched, the rows of a hash are those that were added with it, and the latest is the last."""
    chain, rows = Chain(), []
    for batch in batches:
        hashes = np.asarray([h * 0x9E3779B97F4A7C15 % 2**64 for h in batch], dtype=np.uint64)
        chain.add(hashes)
        rows += hashes.tolist()
    for key in {*rows, 12345}:
        wanted = [i for i, h in enumerate(rows) if h == key]
        keys = np.asarray([key], dtype=np.uint64)
        assert sorted(chain.rows(keys).tolist()) == wanted
        assert chain.latest(keys)[0] == (wanted[-1] if wanted else -1)


def test_a_chain_grows_past_its_first_slots() -> None:
    """A hundred thousand distinct hashes are all found after the table of slots has grown."""
    hashes = np.random.default_rng(1).integers(0, 2**63, 100_000, dtype=np.int64).astype(np.uint64)
    chain = Chain()
    for start in range(0, len(hashes), 7_000):
        chain.add(hashes[start : start + 7_000])
    assert len(chain) == len(hashes)
    assert (chain.latest(hashes) >= 0).all()
