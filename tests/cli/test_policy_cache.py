"""The stored policy equals the one that is read, and is passed over where anything about it is not as it should be."""

import pytest

from comptroller.cli import policy_cache
from comptroller.cli.opening import reading
from comptroller.packs import gather_files, read_pack
from tests.house.source import PACKS
from tests.packs_small.small import changed, small_files, small_pack


@pytest.mark.parametrize("name", ["base", "sample-city"])
def test_a_stored_policy_equals_the_one_that_is_read(name, tmp_path):
    """Every part of a shipped pack comes back as it was, with the same types."""
    pack = read_pack(gather_files([PACKS], name), name)
    policy_cache.store(tmp_path, pack)
    assert policy_cache.stored(tmp_path, pack.digest, pack.files) == pack
    assert [path.name for path in tmp_path.iterdir()] == [policy_cache.NAME]


def test_what_is_not_this_policy_is_passed_over(tmp_path):
    """Nothing, another digest, other files, another program, a damaged file: the policy is read from the ledger instead."""
    pack, files = small_pack(), small_files()
    assert policy_cache.stored(tmp_path, pack.digest, files) is None
    policy_cache.store(tmp_path, pack)
    target = tmp_path / policy_cache.NAME
    whole = target.read_bytes()
    assert policy_cache.stored(tmp_path, "other", files) is None
    assert policy_cache.stored(tmp_path, pack.digest, changed("pack.yml", "small", "Small")) is None
    for damaged in (
        whole[:-9],
        whole.replace(b"digest", b"digset"),
        b"",
        b"{}",
        whole[1:],
        whole.split(b"\n")[0] + b"\n{}",
    ):
        target.write_bytes(damaged)
        assert policy_cache.stored(tmp_path, pack.digest, files) is None
    target.write_bytes(whole)
    assert policy_cache.stored(tmp_path, pack.digest, files) == pack


def test_a_folder_that_cannot_be_written_is_left(tmp_path):
    """A policy is read all the same where it cannot be stored."""
    policy_cache.store(tmp_path / "none", small_pack())
    assert not (tmp_path / "none").exists()


def written(path):
    """Return which file it is and when it was written; reading it changes neither."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def test_readers_store_the_policy_and_engines_do_not_use_it(begun):
    """The first reading command stores the policy, the next finds it; another adopted policy takes its place."""
    with reading(begun.node) as opened:
        first = opened.pack
    state = written(begun.node / policy_cache.NAME)
    with reading(begun.node) as opened:
        assert opened.pack == first
    assert written(begun.node / policy_cache.NAME) == state
    (begun.folder / "packs" / "small" / "params" / "large_cny.yml").write_bytes(
        changed("params/large_cny.yml", "value: 1000", "value: 3000")["small/params/large_cny.yml"]
    )
    begun.json("pack", "adopt", "small")
    with reading(begun.node) as opened:
        assert opened.pack.digest != first.digest
        assert opened.pack.params["large_cny"].values != first.params["large_cny"].values
