"""An archive of a policy restores its files, and each reader gets its own copy."""

from comptroller.packs.bundle import pack_files, unpack_files

FILES = {"a/pack.yml": b"# A\n", "a/rules/one.sql": b"-- One\nSELECT 1\n"}


def test_an_archive_gives_back_its_files_each_time() -> None:
    """Changes of one reader to the files do not reach the next reader."""
    bundle = pack_files(FILES, "a")
    files, name = unpack_files(bundle)
    assert (files, name) == (FILES, "a")
    files.clear()
    assert unpack_files(bundle) == (FILES, "a")
    assert unpack_files(pack_files({**FILES, "a/rules/one.sql": b"-- Two\n"}, "a"))[0] != FILES
