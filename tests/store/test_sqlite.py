"""Properties of the interface to SQLite: all or nothing, durable, one state for a reader, and only its own
exception.
"""

import os
import stat
from pathlib import Path

import pytest

from comptroller.store.sqlite import StoreDown, connect


def test_a_transaction_is_kept_whole(tmp_path: Path) -> None:
    """What a transaction wrote is there for another connection."""
    store = connect(tmp_path / "store")
    with store.transaction():
        store.execute("CREATE TABLE t (x INTEGER)")
        store.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
    other = connect(tmp_path / "store", readonly=True)
    assert list(other.rows("SELECT x FROM t ORDER BY x")) == [(1,), (2,)]
    assert other.row("SELECT x FROM t WHERE x = ?", (2,)) == (2,)
    assert other.row("SELECT x FROM t WHERE x = 3") is None
    other.close()
    store.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """An exception inside a transaction takes back all of it, and the next one works."""
    store = connect(tmp_path / "store")
    store.execute("CREATE TABLE t (x INTEGER PRIMARY KEY)")
    for _ in range(2):
        with pytest.raises(KeyError), store.transaction():  # noqa: PT012 - what comes before the fault is the matter
            store.execute("INSERT INTO t VALUES (1)")
            raise KeyError
        with pytest.raises(StoreDown, match="UNIQUE"), store.transaction():
            store.executemany("INSERT INTO t VALUES (?)", [(1,), (1,)])
    assert store.row("SELECT count(*) FROM t") == (0,)
    store.close()


def test_a_snapshot_stands_still(tmp_path: Path) -> None:
    """Inside a snapshot nothing that others write is seen; after it, everything is."""
    writer, reader = connect(tmp_path / "store"), None
    writer.execute("CREATE TABLE t (x)")
    reader = connect(tmp_path / "store", readonly=True)
    with reader.snapshot():
        assert reader.row("SELECT count(*) FROM t") == (0,)
        assert writer.execute("INSERT INTO t VALUES (1)") == 1
        assert reader.row("SELECT count(*) FROM t") == (0,)
    assert reader.row("SELECT count(*) FROM t") == (1,)
    reader.close()
    writer.close()


def test_the_settings_that_durability_rests_on(tmp_path: Path) -> None:
    """A writer runs in WAL with full sync, checks foreign keys, and overwrites what it deletes."""
    store = connect(tmp_path / "store")
    settings = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema")
    assert [store.row(f"PRAGMA {name}") for name in settings] == [("wal",), (2,), (1,), (1,), (0,)]
    store.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """A read-only connection cannot write, and does not make a missing file."""
    with pytest.raises(StoreDown):
        connect(tmp_path / "none", readonly=True)
    assert not (tmp_path / "none").exists()
    connect(tmp_path / "store").close()
    store = connect(tmp_path / "store", readonly=True)
    with pytest.raises(StoreDown, match=r"readonly|read-only"):
        store.execute("CREATE TABLE t (x)")
    store.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that cannot be written")
def test_a_read_only_folder_is_read(tmp_path: Path) -> None:
    """A file in a folder that cannot be written is read as unchanging."""
    store = connect(tmp_path / "store")
    store.execute("CREATE TABLE t (x)")
    store.close()
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        reader = connect(tmp_path / "store", readonly=True)
        assert reader.row("SELECT count(*) FROM t") == (0,)
        reader.close()
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_every_fault_is_its_own_exception(tmp_path: Path) -> None:
    """Rubbish in the file, in the SQL, in a closed store, or met half-way through rows comes out as StoreDown."""
    (tmp_path / "rubbish").write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreDown):
        connect(tmp_path / "rubbish")
    store = connect(tmp_path / "store")
    for sql in ("SELECT nothing FROM nowhere", "NOT SQL"):
        with pytest.raises(StoreDown):
            store.execute(sql)
        with pytest.raises(StoreDown):
            store.row(sql)
        with pytest.raises(StoreDown):
            list(store.rows(sql))
    store.execute("CREATE TABLE t (x)")
    store.executemany("INSERT INTO t VALUES (?)", [(each,) for each in range(10)])
    rows = store.rows("SELECT x FROM t")
    assert next(rows) == (0,)
    store.close()
    store.close()
    with pytest.raises(StoreDown):
        next(rows)
    with pytest.raises(StoreDown):
        store.execute("SELECT 1")


@pytest.mark.parametrize(
    "sql", ["ATTACH '{other}' AS other", "VACUUM INTO '{other}'", "SELECT load_extension('{other}')"]
)
def test_no_statement_reaches_another_file(tmp_path, sql):
    """A connection is closed off when it is made: no other database, no copy, no extension."""
    other = tmp_path / "other.sqlite"
    store = connect(tmp_path / "one.sqlite")
    with pytest.raises(StoreDown):
        store.execute(sql.format(other=other))
    store.close()
    assert not other.exists()
