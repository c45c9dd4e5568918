"""The interface to SQLite: open a file durably, run statements, stream rows, commit all or nothing.

After `transaction()` returns, its statements are on the disk (WAL with full sync). A failure of the engine is raised as
`StoreDown`, never as the driver's own exception.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Value = int | float | str | bytes | None
Row = tuple[Any, ...]

_MAPPED_BYTES = 256 * 1024 * 1024
_WAL_PAGES = 1000  # Short, so that rewritten pages stay in memory and no commit waits long for the checkpoint.
_CACHE_KIB = (
    64 * 1024
)  # Larger than the changes of one group; otherwise its pages spill into the log before the commit.
_WAIT_SECONDS = 30.0
# The driver fails to decode its own message if the message contains a mangled name.
_FAULTS = (sqlite3.Error, UnicodeDecodeError)


class StoreDown(Exception):
    """The engine cannot run the statement: the file is missing, locked, full, or mangled.

    The message is the engine's own. An open transaction is rolled back.
    """


class Sqlite:
    """One open connection; it belongs to the thread that opened it.

    Get one from `connect`. Every method raises `StoreDown` when the engine fails.
    """

    __slots__ = ("_driver", "path")

    def __init__(self, driver: sqlite3.Connection, path: Path) -> None:
        """Store an open connection; use `connect` to open one."""
        self._driver = driver
        self.path = path

    def execute(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Run one statement; return the number of rows it changed (-1 for a statement without such a number)."""
        try:
            return self._driver.execute(sql, values).rowcount
        except _FAULTS as fault:
            raise StoreDown(str(fault)) from fault

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each row of values."""
        try:
            self._driver.executemany(sql, rows)
        except _FAULTS as fault:
            raise StoreDown(str(fault)) from fault

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Iterator[Row]:
        """Yield the rows of a query; a fault during the iteration is raised from it."""
        try:
            # Not `yield from`: an iteration abandoned after `close` would then close its cursor and fail
            # silently.
            for row in self._driver.execute(sql, values):  # noqa: UP028
                yield row
        except _FAULTS as fault:
            raise StoreDown(str(fault)) from fault

    def row(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        try:
            row: Row | None = self._driver.execute(sql, values).fetchone()
        except _FAULTS as fault:
            raise StoreDown(str(fault)) from fault
        return row

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock: all statements inside are durable when the block ends, or none is stored."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._abandon()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the file throughout the block, also during writes of others."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self._abandon()

    def close(self) -> None:
        """Close the connection; closing twice is harmless."""
        try:
            self._driver.close()
        except _FAULTS as fault:
            raise StoreDown(str(fault)) from fault

    def _abandon(self) -> None:
        if self._driver.in_transaction:
            try:
                self._driver.execute("ROLLBACK")
            except _FAULTS:
                # The first fault is the one to report; closing releases the locks.
                self._driver.close()


def connect(path: Path, *, readonly: bool = False, is_mapped: bool = True) -> Sqlite:
    """Open the SQLite file at `path`: WAL, full sync, foreign keys, schema not trusted, deleted bytes overwritten.

    No statement reads another file: the number of attached databases is limited to none (VACUUM needs one), and
    extensions are not loaded.

    Made when missing, unless `readonly`. `is_mapped=False` reads through the file alone, for files that may be mangled
    or cut short under the reader. A read-only medium is read as unchanging when no write-ahead log lies beside the file.
    """
    if not readonly:
        _make_private(path)
    driver = _open(path, "mode=ro" if readonly else "mode=rwc")
    if readonly and not _answers(driver) and not _has_log(path):
        driver.close()
        driver = _open(path, "immutable=1")
    store = Sqlite(driver, path)
    try:
        for pragma in _pragmas(readonly=readonly, is_mapped=is_mapped):
            store.execute(pragma)
    except StoreDown:
        store.close()
        raise
    return store


def _make_private(path: Path) -> None:
    """Make a missing file readable by its owner alone; its write-ahead log gets the same mode."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as fault:
        raise StoreDown(f"{path}: {fault.strerror}") from fault


def _open(path: Path, mode: str) -> sqlite3.Connection:
    try:
        driver = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=_WAIT_SECONDS
        )
    except _FAULTS as fault:
        raise StoreDown(f"{path}: {fault}") from fault
    driver.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    return driver


def _answers(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        return False
    except _FAULTS:
        return True  # The first statement that reads a mangled file reports it.
    return True


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _pragmas(*, readonly: bool, is_mapped: bool) -> list[str]:
    shared = [
        f"PRAGMA cache_size=-{_CACHE_KIB}",
        f"PRAGMA mmap_size={_MAPPED_BYTES if is_mapped else 0}",
        "PRAGMA foreign_keys=ON",
        "PRAGMA trusted_schema=OFF",
        f"PRAGMA cell_size_check={'OFF' if is_mapped else 'ON'}",
    ]
    if readonly:
        return [*shared, "PRAGMA query_only=ON"]
    return [
        *shared,
        "PRAGMA secure_delete=ON",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA fullfsync=ON",
        "PRAGMA checkpoint_fullfsync=ON",
        f"PRAGMA wal_autocheckpoint={_WAL_PAGES}",
    ]
