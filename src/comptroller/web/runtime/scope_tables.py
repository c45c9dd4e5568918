"""The entities at and below each set of roots, cached as tables until the register changes.

Pages then need not walk the tree for every table.
"""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from comptroller.access.row_access import walked
from comptroller.store.duck import DuckDb

_SECONDS = 300
"""Seconds that tables of an old register stay for current readers: longer than a page may take."""


class ScopeTables:
    """The cached tables, in a separate database beside the books; each reader's connection sees them."""

    def __init__(self, root: DuckDb, clock: Callable[[], dt.datetime]) -> None:
        """Create the database; `root` is a connection to the books with the right to do so."""
        root.execute("ATTACH IF NOT EXISTS ':memory:' AS reached")
        self._clock, self._lock, self._made = clock, threading.Lock(), 0
        self._registers: dict[Any, int] = {}
        self._tables: dict[int, dict[tuple[str, ...], int]] = {}
        self._asked: dict[int, dt.datetime] = {}

    def register(self, stamp: Any) -> int:
        """Return a number for the register of that stamp, for a reader that begins now; an expired register
        gets a new number.
        """
        with self._lock:
            number = self._registers.get(stamp)
            if number is None:
                self._made += 1
                number = self._registers[stamp] = self._made
            self._asked[number] = self._clock()
            return number

    def below(self, duck: DuckDb, register: int, roots: tuple[str, ...]) -> str:
        """Return SQL of the entities at and below these roots; without roots, of the whole register of that number."""
        with self._lock:
            tables = self._tables.setdefault(register, {})
            if roots not in tables:
                self._forget(duck)
                self._made += 1
                inner = f"SELECT DISTINCT entity FROM ({walked(roots)}) WHERE entity IS NOT NULL"
                duck.execute(f"CREATE TABLE reached.main.below_{self._made} AS {inner}")
                tables[roots] = self._made
            return f"SELECT b.entity FROM reached.main.below_{tables[roots]} AS b"

    def _forget(self, duck: DuckDb) -> None:
        """Drop the tables of registers with no new reader for a long time."""
        now = self._clock()
        for stamp, number in list(self._registers.items()):
            if (now - self._asked[number]).total_seconds() > _SECONDS:
                del self._registers[stamp], self._asked[number]
                for register in self._tables.pop(number, {}).values():
                    duck.execute(f"DROP TABLE reached.main.below_{register}")
