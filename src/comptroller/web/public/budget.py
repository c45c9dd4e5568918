"""Daily budgets of bytes that the public may add to the ledger: entries are permanent, so their growth is bounded.

- First messages of tip-offs, further messages and leads have separate budgets; a flood of one leaves the others.
- Long messages share half of a budget: the other half is for messages of ordinary length.
- The emptier a budget, the more work a client must do (`more_bits`); bytes over it are rejected until the next day.
"""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass

from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import message

LONG = 24_000
"""Bytes of ciphertext past which a message is long: some four thousand characters of text."""
MORE_BITS = 8
"""Zero bits of work that the second half of a budget adds, step by step."""


@dataclass(slots=True)
class _Day:
    """What one purpose used on a day: bytes in all, and bytes of long messages."""

    day: dt.date
    whole: int
    long: int = 0


class Budget:
    """The bytes of one purpose in a day."""

    def __init__(self, most: int, used: Callable[[dt.date], int]) -> None:
        """Take the bytes of a day, and the function that returns the bytes a day used before this process began."""
        self._most, self._used = most, used
        self._now: _Day | None = None
        self._lock = threading.Lock()

    def _of(self, day: dt.date) -> _Day:
        if self._now is None or self._now.day != day:
            self._now = _Day(day, self._used(day))
        return self._now

    def more_bits(self, day: dt.date) -> int:
        """Return how many zero bits the used part of a day's budget adds to the required work."""
        with self._lock:
            part = self._of(day).whole / self._most
        return min(MORE_BITS, max(0, int((part - 0.5) * 2 * MORE_BITS)))

    def take(self, day: dt.date, size: int) -> Refusal | None:
        """Take bytes from a day's budget; return the refusal when they are not available."""
        with self._lock:
            now = self._of(day)
            if now.whole + size > self._most or (size > LONG and now.long + size > self._most // 2):
                return _full(is_long=size > LONG and now.whole + LONG <= self._most)
            now.whole += size
            now.long += size if size > LONG else 0
            return None

    def give_back(self, day: dt.date, size: int) -> None:
        """Restore bytes that were taken and not recorded."""
        with self._lock:
            now = self._of(day)
            now.whole = max(0, now.whole - size)
            now.long = max(0, now.long - (size if size > LONG else 0))


def _full(*, is_long: bool) -> Refusal:
    return refusal("public.full", ("", None, ""), "-", mend=message("public.full.long:fix") if is_long else None)
