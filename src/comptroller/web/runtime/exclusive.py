"""Mutual exclusion by key: no other thread changes what is checked and changed under a key.

One process owns a node, so a lock of the process is enough; statements of the store change durable data.
"""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Exclusive:
    """Locks by key; a key without users takes no memory."""

    def __init__(self) -> None:
        """Begin with no key in use."""
        self._lock = threading.Lock()
        self._in_use: dict[Hashable, tuple[threading.Lock, int]] = {}

    @contextmanager
    def about(self, key: Hashable, seconds: float) -> Iterator[None]:
        """Run a block while no other thread runs one about the key; raises TimeoutError after so many seconds."""
        with self._lock:
            lock, users = self._in_use.get(key, (threading.Lock(), 0))
            self._in_use[key] = (lock, users + 1)
        try:
            if not lock.acquire(timeout=seconds):
                raise TimeoutError(f"another request about {key!r} is not done")
            try:
                yield
            finally:
                lock.release()
        finally:
            self._leave(key)

    def _leave(self, key: Hashable) -> None:
        with self._lock:
            lock, users = self._in_use[key]
            if users == 1:
                del self._in_use[key]
            else:
                self._in_use[key] = (lock, users - 1)
