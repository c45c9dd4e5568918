"""Values made from the books, stored in memory by key, and the stamps that serve as keys."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from comptroller.store.duck import DuckDb

_MOST_VALUES = 512
Value = TypeVar("Value")


class Cache:
    """The most recently used values. A key includes the position of the books, so no value is out of date."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._values: OrderedDict[Any, Any] = OrderedDict()
        self._making: dict[Any, threading.Lock] = {}

    def get(self, key: Any, make: Callable[[], Value]) -> Value:
        """Return the value of a key; make it once when it is missing, however many threads request it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                value: Value = self._values[key]
                return value
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                stored: tuple[Value, ...] = (self._values[key],) if key in self._values else ()
            if stored:
                return stored[0]
            try:
                made = make()
                with self._lock:
                    self._values[key] = made
                    while len(self._values) > _MOST_VALUES:
                        self._values.popitem(last=False)
                return made
            finally:
                with self._lock:
                    self._making.pop(key, None)


def stamp_of(duck: DuckDb, tables: Sequence[str], policy: str) -> tuple[Any, ...]:
    """Return a stamp that changes with the rows of these fact tables, the clock's day or the policy."""
    parts = [f"SELECT '{t}' AS part, max(fact) AS last, 0 AS gone FROM main.all_{t}" for t in tables]
    parts += [f"SELECT '{t}', NULL, count(*) FROM main.gone_{t}" for t in tables]
    days = duck.rows("SELECT today FROM main.clock")
    return (*duck.rows(" UNION ALL ".join(parts) + " ORDER BY ALL"), *days, policy)
