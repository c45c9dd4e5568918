"""Tables for the process that answers a question: rows of views, as Arrow streams in anonymous memory.

Tables are cached for the next question until the books change; the cache is bounded in bytes.
"""

import fcntl
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from contextlib import suppress
from weakref import finalize

import pyarrow as pa

from comptroller.model.refusal import Refused, refusal
from comptroller.store.duck import DuckDb
from comptroller.store.question import Question

MOST_BYTES, MOST_CACHED = 512 << 20, 128 << 20
"""Bytes that one question may receive, and bytes that are cached for the next ones."""


class Handed:
    """One table in a file without a name; the file is closed when the last reference to the table is gone."""

    def __init__(self, name: str) -> None:
        """Make an empty file for the table of that name."""
        self.name, self.size = name, 0
        self.file = _nameless()
        finalize(self, os.close, self.file)


class Handouts:
    """A cache of tables for questions, the newest last."""

    def __init__(self, most_kept: int = MOST_CACHED) -> None:
        """Build a cache of at most so many bytes."""
        self._most, self._lock = most_kept, threading.Lock()
        self._cached: OrderedDict[Hashable, Handed] = OrderedDict()
        self._size = 0

    def hand_out(
        self, duck: DuckDb, question: Question, views: Mapping[str, str], *, most: int = MOST_BYTES
    ) -> list[Handed]:
        """Return the tables that a question names, all as of one state of the books.

        Raises:
            Refused: the tables take more bytes than `most`.
        """
        tables: list[Handed] = []
        with duck.snapshot():
            stands = _position(duck)
            for name, named in question.tables.items():
                sql = f"SELECT {_columns(duck, views[name], named)} FROM ({views[name]}) AS handed"
                key = (sql, stands)
                handed = self._look(key) if stands else None
                if handed is None:
                    handed = _write(duck, name, sql, most - sum(table.size for table in tables))
                    self._add(key, handed) if stands else None
                tables.append(handed)
        return tables

    def _look(self, key: Hashable) -> Handed | None:
        with self._lock:
            if key in self._cached:
                self._cached.move_to_end(key)
            return self._cached.get(key)

    def _add(self, key: Hashable, handed: Handed) -> None:
        """Add a table to the cache if it leaves space for others, and remove the least recently used ones."""
        if handed.size > self._most // 4:
            return
        with self._lock:
            before = self._cached.pop(key, None)
            self._cached[key] = handed
            self._size += handed.size - (before.size if before else 0)
            while self._size > self._most:
                _, gone = self._cached.popitem(last=False)
                self._size -= gone.size


def _nameless() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("handed", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _position(duck: DuckDb) -> tuple[object, ...] | None:
    """Return the position of the books; None for a database without books."""
    there = duck.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'position' AND NOT internal")
    return duck.rows("SELECT entries, pack FROM main.position")[0] if there[0][0] else None


def _columns(duck: DuckDb, view: str, named: frozenset[str] | None) -> str:
    """Return the columns of a view that a question may read: at least one, so that rows are counted."""
    if named is None:
        return "*"
    columns = duck.columns(f"SELECT * FROM ({view}) AS handed")
    wanted = [column for column in columns if column.lower() in named] or columns[:1]
    return ", ".join('"' + column.replace('"', '""') + '"' for column in wanted)


def _write(duck: DuckDb, name: str, sql: str, most: int) -> Handed:
    """Return the rows of a query as a file, written in batches."""
    handed = Handed(name)
    with os.fdopen(os.dup(handed.file), "wb") as file:
        writer = None
        for rows in duck.batches(sql):
            writer = writer or pa.ipc.new_stream(file, rows.schema)
            handed.size += rows.nbytes
            if handed.size > most:
                raise Refused([refusal("query.large", ("", None, "sql"), name, limit=most)])
            writer.write_table(rows)
        if writer is None:
            writer = pa.ipc.new_stream(file, duck.arrow(f"SELECT * FROM ({sql}) AS none LIMIT 0").schema)
        writer.close()
    with suppress(OSError, AttributeError):  # No reader can change the table; a plain file has no seals.
        fcntl.fcntl(handed.file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return handed
