"""The entities at and below each set of roots, kept as tables in memory until the register changes, so that pages need not walk the tree for every table."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from comptroller.access.reach import walked
from comptroller.store.duck import Duck

_SECONDS = 300
"""How long tables of a register that has changed are kept for those who still read: longer than a page may take."""


class Reached:
    """The tables, in a database of their own beside the books; each reader's connection sees them."""

    def __init__(self, root: Duck, clock: Callable[[], dt.datetime]) -> None:
        """Make the place for them; `root` is a connection to the books that may do so."""
        root.execute("ATTACH IF NOT EXISTS ':memory:' AS reached")
        self._clock, self._lock, self._made = clock, threading.Lock(), 0
        self._tables: dict[tuple[Any, tuple[str, ...]], tuple[int, dt.datetime]] = {}

    def below(self, duck: Duck, stamp: Any, roots: tuple[str, ...]) -> str:
        """Give SQL of the entities at and below these roots, of all the register for none; `stamp` changes when the register does."""
        with self._lock:
            if (stamp, roots) not in self._tables:
                self._forget(duck, stamp)
                self._made += 1
                inner = f"SELECT DISTINCT entity FROM ({walked(roots)}) WHERE entity IS NOT NULL"
                duck.execute(f"CREATE TABLE reached.main.below_{self._made} AS {inner}")
                self._tables[stamp, roots] = self._made, self._clock()
            return f"SELECT b.entity FROM reached.main.below_{self._tables[stamp, roots][0]} AS b"

    def _forget(self, duck: Duck, stamp: Any) -> None:
        """Drop what stands on a register that changed long ago."""
        now = self._clock()
        for key, (number, made_at) in list(self._tables.items()):
            if key[0] != stamp and (now - made_at).total_seconds() > _SECONDS:
                duck.execute(f"DROP TABLE reached.main.below_{number}")
                del self._tables[key]
