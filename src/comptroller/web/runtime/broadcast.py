"""Live news: what a batch changed, sent to each open page that may see it, without a reload.

News pass from the writer's thread into the server's loop. A slow listener misses the oldest news, never the newest.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from comptroller.web.runtime.writer import Batch

_MOST_WAITING = 64
KEPT = 500


@dataclass(slots=True)
class Broadcast:
    """The listeners, and the last batches for listeners that come later."""

    recent: deque[Batch] = field(default_factory=lambda: deque(maxlen=KEPT))
    _callbacks: list[Callable[[Batch], None]] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _listeners: set["asyncio.Queue[Batch | None]"] = field(default_factory=set)

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Set the loop of the listeners."""
        self._loop = loop

    def subscribe(self, callback: Callable[[Batch], None]) -> None:
        """Add a callback for each batch. It runs in the writer's thread and must be quick and must not fail."""
        self._callbacks.append(callback)

    def publish(self, batch: Batch) -> None:
        """Send a batch to all listeners, from any thread."""
        self.recent.append(batch)
        for callback in self._callbacks:
            callback(batch)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, batch)

    def _spread(self, batch: Batch | None) -> None:
        for listener in self._listeners:
            if listener.full():
                listener.get_nowait()
            listener.put_nowait(batch)

    def close(self) -> None:
        """End every listener; called in the loop."""
        self._spread(None)

    @property
    def count(self) -> int:
        """Return the number of listeners."""
        return len(self._listeners)

    async def listen(self, every_seconds: float) -> AsyncIterator[Batch | None]:
        """Yield batches as they come, and None after so many seconds without one; ends when the desk closes."""
        mine: asyncio.Queue[Batch | None] = asyncio.Queue(_MOST_WAITING)
        self._listeners.add(mine)
        try:
            while True:
                try:
                    batch = await asyncio.wait_for(mine.get(), every_seconds)
                except TimeoutError:
                    yield None
                    continue
                if batch is None:
                    return
                yield batch
        finally:
            self._listeners.discard(mine)
