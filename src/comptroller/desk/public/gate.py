"""What keeps public pages from being flooded without knowing anybody: one bucket for all, tickets for one use, work to be done.

- No address, cookie or mark of a visitor is kept; a ticket is a moment and chance under a key that dies with the process.
- A ticket is taken once, within an hour; where work is asked, the browser finds a number whose hash begins with zero bits.
"""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from hashlib import sha256

from comptroller.model.refusal import Refusal, refusal

_MINUTES, _MOST_SPENT = 60, 100_000
_MARK_CHARS = 32


class Gate:
    """The one gate of all public pages."""

    def __init__(self, secret: str, most_a_minute: int, bits: int) -> None:
        """Take the key of the tickets, how much comes through in a minute, and how many zero bits work must show."""
        self._secret, self._most, self.bits = secret.encode(), most_a_minute, bits
        self._level, self._at = float(most_a_minute), time.monotonic()
        self._spent: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def ticket(self) -> str:
        """Give a ticket."""
        said = f"{int(time.monotonic() // 60)}.{secrets.token_hex(8)}"
        return f"{said}.{self._mark(said)}"

    def _mark(self, said: str) -> str:
        return hmac.new(self._secret, said.encode(), "sha256").hexdigest()[:_MARK_CHARS]

    def refuse(self, ticket: str, number: str | None = None) -> Refusal | None:
        """Give why something may not come in, and spend its ticket; `number` is the work, None where none is asked."""
        if not self._is_ticket(ticket) or (number is not None and zero_bits(f"{ticket}:{number}") < self.bits):
            wanted = ("本页新领取且未用过的凭据", "a ticket of this page that nobody has used")
            return refusal(
                "public.ticket", ("", None, "ticket"), "-", wanted, ("刷新页面后重试", "Load the page again.")
            )
        return None if self.is_open() else _busy()

    def _is_ticket(self, ticket: str) -> bool:
        said, _, mark = ticket.rpartition(".")
        minute = said.partition(".")[0]
        if not hmac.compare_digest(mark.encode(), self._mark(said).encode()):
            return False
        with self._lock:
            if ticket in self._spent or int(time.monotonic() // 60) - int(minute) > _MINUTES:
                return False
            self._spent[ticket] = None
            while len(self._spent) > _MOST_SPENT:
                self._spent.popitem(last=False)
        return True

    def is_open(self) -> bool:
        """Take one from the bucket that all share; say whether there was one."""
        with self._lock:
            now = time.monotonic()
            self._level = min(float(self._most), self._level + (now - self._at) * self._most / 60)
            self._at = now
            if self._level < 1:
                return False
            self._level -= 1
            return True


def busy(gate: Gate) -> Refusal | None:
    """Give why a question is not answered now; None where it is."""
    return None if gate.is_open() else _busy()


def _busy() -> Refusal:
    wanted = ("全站公众页面的每分钟总量之内", "no more than all visitors together may ask in a minute")
    return refusal("public.busy", ("", None, ""), "-", wanted, ("稍后再试", "Try again in a minute."))


def zero_bits(said: str) -> int:
    """Give how many zero bits the SHA-256 of a text begins with.

    >>> zero_bits("") == 0, zero_bits("ticket:5") >= 0
    (True, True)
    """
    number = int.from_bytes(sha256(said.encode()).digest())
    return 256 - number.bit_length()
