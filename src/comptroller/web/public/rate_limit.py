"""Flood protection of public pages without identifying a client: buckets by purpose, one-time tickets, proof of work.

- Each purpose has separate buckets, one for all clients and one for each: a flood of one purpose leaves the others.
- A question past its buckets is rejected. A tip-off never is: it requires more work with more tip-offs, and still
  more of a client that sends many. A client that does the work is accepted.
- No address, cookie or mark of a visitor is stored; clients are counted under a hash with a fresh random salt.
- A ticket is a moment and random bytes under a key of this process. Work spends it, never a request alone.
"""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b, sha256

from comptroller.model.refusal import Refusal, refusal

ASK, VERIFY, LEAD, LODGE, READ, WRITE = "ask", "verify", "lead", "lodge", "read", "write"
WORKED = (LODGE, READ, WRITE)
"""Purposes that are never rejected for their number: they require work."""
MOST_MORE_BITS, MOST_CLIENT_BITS = 10, 4
"""Zero bits that a flood adds to the work of all clients, and that a client's own number adds to its work."""
_SLACK = 2
"""Bits that the work may fall short of the current requirement: it was lower when the browser began."""
_MINUTES, _MOST_SPENT, _MOST_CLIENTS = 60, 500_000, 20_000
_MARK_CHARS, _SALT_MINUTES = 32, 10


@dataclass(frozen=True, slots=True)
class Share:
    """Requests of one purpose in a minute, of all clients and of one."""

    most: int
    most_a_client: int


@dataclass(slots=True)
class _Level:
    """A leaky bucket: its level, and the moment of that level."""

    full: float = 0.0
    at: float = 0.0

    def now(self, moment: float, most: int) -> float:
        """Return the level at a moment, as a fraction of a minute's requests."""
        self.full = max(0.0, self.full - (moment - self.at) * most / 60)
        self.at = moment
        return self.full / most


def shares_of(most_a_minute: int) -> dict[str, Share]:
    """Return the shares of every purpose for `most_a_minute` questions in a minute."""
    quarter = max(1, most_a_minute // 4)
    return {
        ASK: Share(most_a_minute, quarter),
        VERIFY: Share(most_a_minute, quarter),
        LEAD: Share(max(1, most_a_minute // 8), max(1, most_a_minute // 24)),
        LODGE: Share(max(1, most_a_minute // 2), max(1, most_a_minute // 24)),
        READ: Share(most_a_minute, quarter),
        WRITE: Share(max(1, most_a_minute // 2), max(1, most_a_minute // 24)),
    }


class RateLimit:
    """The buckets and tickets of all public pages."""

    def __init__(self, secret: str, most_a_minute: int, bits: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the key of the tickets, the questions allowed a minute, the least zero bits of work, and a clock
        in seconds.
        """
        self._secret, self._shares, self.bits, self._clock = secret.encode(), shares_of(most_a_minute), bits, clock
        self._all = {name: _Level() for name in self._shares}
        self._clients: OrderedDict[bytes, _Level] = OrderedDict()
        self._salt, self._salt_at = secrets.token_bytes(32), clock()
        self._spent: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def ticket(self) -> str:
        """Return a ticket."""
        text = f"{int(self._clock() // 60)}.{secrets.token_hex(8)}"
        return f"{text}.{self._mark(text)}"

    def _mark(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), "sha256").hexdigest()[:_MARK_CHARS]

    def busy(self, purpose: str, client: str) -> Refusal | None:
        """Take one from the buckets of a purpose; return the refusal when none is left, of all or of this client."""
        share = self._shares[purpose]
        with self._lock:
            moment = self._clock()
            shared, own = self._all[purpose], self._level(purpose, client, moment)
            if shared.now(moment, share.most) * share.most + 1 > share.most:
                return _busy()
            if own.now(moment, share.most_a_client) * share.most_a_client + 1 > share.most_a_client:
                return _busy()
            shared.full += 1
            own.full += 1
            return None

    def _level(self, purpose: str, client: str, moment: float) -> _Level:
        """Return the bucket of a client, under a hash; salt and buckets are dropped after some minutes."""
        if moment - self._salt_at > _SALT_MINUTES * 60:
            self._salt, self._salt_at = secrets.token_bytes(32), moment
            self._clients.clear()
        who = blake2b(f"{purpose} {client}".encode(), key=self._salt, digest_size=16).digest()
        level = self._clients.pop(who, None) or _Level(at=moment)
        self._clients[who] = level
        while len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
        return level

    def bits_for(self, purpose: str, client: str, more: int = 0) -> int:
        """Return the zero bits that a client must show for a purpose now; `more` adds bits for other reasons."""
        share = self._shares[purpose]
        with self._lock:
            moment = self._clock()
            shared = self._all[purpose].now(moment, share.most)
            own = self._level(purpose, client, moment).now(moment, share.most_a_client)
        flood = min(MOST_MORE_BITS, int(shared * MOST_MORE_BITS))
        return self.bits + min(MOST_MORE_BITS, flood + more) + min(MOST_CLIENT_BITS, int(own * MOST_CLIENT_BITS / 2))

    def refuse_lead(self, ticket: str, client: str) -> Refusal | None:
        """Return the refusal of a form without work, or None; an accepted form spends its ticket."""
        if not self._is_whole(ticket):
            return _no_ticket()
        if (why := self.busy(LEAD, client)) is not None:
            return why
        return None if self._spend(ticket) else _no_ticket()

    def refuse(self, purpose: str, client: str, work: tuple[str, str], more: int = 0) -> Refusal | None:
        """Return the refusal of a ticket and its number for a purpose; spend the ticket when they are accepted.

        Too little work spends nothing: the browser goes on with the same ticket.
        """
        ticket, number = work
        if not self._is_whole(ticket):
            return _no_ticket()
        need = self.bits_for(purpose, client, more)
        bits = zero_bits(f"{ticket}:{number}")
        if bits < max(self.bits, need - _SLACK):
            return _too_little(bits, need)
        if not self._spend(ticket):
            return _no_ticket()
        with self._lock:
            moment = self._clock()
            self._all[purpose].full += 1
            self._level(purpose, client, moment).full += 1
        return None

    def _is_whole(self, ticket: str) -> bool:
        """Return whether a ticket was issued here within the last hour."""
        text, _, mark = ticket.rpartition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(text).encode()):
            return False
        return 0 <= int(self._clock() // 60) - int(text.partition(".")[0]) <= _MINUTES

    def _spend(self, ticket: str) -> bool:
        """Spend a valid ticket; return False when it is spent already."""
        digest = sha256(ticket.encode()).digest()[:12]
        with self._lock:
            if digest in self._spent:
                return False
            self._spent[digest] = None
            while len(self._spent) > _MOST_SPENT:
                self._spent.popitem(last=False)
            return True


def _no_ticket() -> Refusal:
    return refusal("public.ticket", ("", None, "ticket"), "-")


def _too_little(bits: int, need: int) -> Refusal:
    return refusal("public.work", ("", None, "number"), bits, need=need)


def _busy() -> Refusal:
    return refusal("public.busy", ("", None, ""), "-")


def zero_bits(text: str) -> int:
    """Return how many zero bits the SHA-256 of a text begins with.

    >>> zero_bits("") == 0, zero_bits("ticket:5") >= 0
    (True, True)
    """
    number = int.from_bytes(sha256(text.encode()).digest())
    return 256 - number.bit_length()
