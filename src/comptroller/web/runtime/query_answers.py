"""Answers of queries that are read page by page: stored in unnamed files, few for each person, for some minutes.

No answer stays in the server's memory between two pages. Their number is bounded, and each answer by the query limits.
"""

import json
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import IO, Any

_MOST_STORED, _MOST_OF_PERSON = 64, 3
_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One answer in a file: a line of columns, a line for each row, the offsets of the rows, and the expiry."""

    person: str
    columns: list[str]
    starts: list[int]
    file: IO[bytes]
    until: float

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return len(self.starts) - 1

    def rows(self, first: int, count: int) -> list[list[Any]]:
        """Return some rows, as plain values."""
        last = min(first + count, self.count)
        if first >= last:
            return []
        self.file.seek(self.starts[first])
        text = self.file.read(self.starts[last] - self.starts[first])
        return [json.loads(line) for line in text.splitlines()]


class Answers:
    """The stored answers, the newest last."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Take a clock that counts seconds."""
        self._seconds, self._lock = seconds, threading.Lock()
        self._stored: OrderedDict[Hashable, StoredAnswer] = OrderedDict()

    def keep(self, key: Hashable, person: str, columns: list[str], rows: list[list[Any]]) -> None:
        """Store an answer's rows as plain values; the oldest answer of a person, or of all, is removed for it."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when it is removed
        starts = [0]
        for row in rows:
            starts.append(starts[-1] + file.write(json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n"))
        stored = StoredAnswer(person, columns, starts, file, self._seconds() + _SECONDS)
        with self._lock:
            self._stored[key] = stored
            mine = [name for name, other in self._stored.items() if other.person == person]
            for name in mine[:-_MOST_OF_PERSON]:
                self._remove(name)
            now = self._seconds()
            for name in [name for name, other in self._stored.items() if other.until < now]:
                self._remove(name)
            while len(self._stored) > _MOST_STORED:
                self._remove(next(iter(self._stored)))

    def rows(self, key: Hashable, first: int, count: int) -> tuple[list[str], list[list[Any]], int] | None:
        """Return the columns, some rows, and the number of all rows; None for an answer that is gone."""
        with self._lock:
            stored = self._stored.get(key)
            if stored is None or stored.until < self._seconds():
                return None
            return stored.columns, stored.rows(first, count), stored.count

    def clear(self) -> None:
        """Remove all answers."""
        with self._lock:
            for name in list(self._stored):
                self._remove(name)

    def _remove(self, name: Hashable) -> None:
        self._stored.pop(name).file.close()
