"""Laws of the folder: it is private to its owner, and is made so where it is not; files are written whole."""

import logging
from pathlib import Path

import pytest

from comptroller.node.files import make_private, write_whole


def test_an_open_folder_is_closed_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Files become 0600, folders 0700; the log names what others could read; nothing is logged for a private folder."""
    folder = tmp_path / "n"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (folder / "key.pem").write_bytes(b"x")
    (folder / "key.pem").chmod(0o644)
    (folder / "books.duckdb.tmp").mkdir()
    (folder / "books.duckdb.tmp").chmod(0o755)
    (folder / "link").symlink_to(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert len(make_private(folder)) == 3
    assert "key.pem (0644)" in caplog.text
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir() if not path.is_symlink()}
    assert modes == {"key.pem": 0o600, "books.duckdb.tmp": 0o700}
    assert folder.stat().st_mode & 0o777 == 0o700
    caplog.clear()
    (folder / "key.pem").chmod(0o640)
    assert make_private(folder) == ["key.pem (0640)"]
    assert make_private(folder) == []
    assert caplog.text == ""


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """The new content is under the name, private, and nothing unfinished is left."""
    write_whole(tmp_path / "a", b"one")
    write_whole(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
