"""Connections of the server: their number in all and per client, and how long one may stay idle.

- Headers must be complete within some seconds, however slowly their bytes come; otherwise the connection is closed.
- Past a limit the longest idle connection is closed, then the longest upload. A flood pushes out its own connections,
  and no request in progress.
- A body that the server no longer reads, and an answer that its client does not take, end their connection as well.
"""

import asyncio
import ipaddress
import resource
from collections import OrderedDict
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

IDLE, UPLOAD, WORK = "idle", "upload", "work"
STAGES = (IDLE, UPLOAD, WORK)
"""Incomplete headers; an incomplete body; a request that is being answered."""
GIVING = (IDLE, UPLOAD)
"""Stages that may be closed for a new connection, the first before the second."""
_RESERVE = 256
"""File handles reserved for files, pipes and outgoing calls."""
_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits: connections in all and per client; seconds for headers, for idle time, and for an answer to be taken."""

    most: int = 2048
    most_a_client: int = 256
    header_seconds: float = 10.0
    idle_seconds: int = 10
    send_seconds: float = 60.0
    most_header_bytes: int = 16 << 10
    backlog: int = 512
    many_from: tuple[str, ...] = ()
    """Networks of many clients, such as that of a proxy: the limit per client does not apply to them."""

    @property
    def handles(self) -> int:
        """Return the file handles that these limits need."""
        return self.most + self.backlog + _RESERVE

    def within(self, handles: int) -> "ConnectionLimits":
        """Return the limits that fit so many file handles: the backlog and a reserve stay free."""
        backlog = min(self.backlog, max(16, handles // 8))
        most = max(16, min(self.most, handles - backlog - _RESERVE))
        return replace(self, most=most, most_a_client=min(self.most_a_client, max(8, most // 2)), backlog=backlog)

    def is_shared(self, client: str) -> bool:
        """Return whether many clients come from an address, or a network in the form of `network_of`.

        >>> limits = ConnectionLimits(many_from=("10.1.0.0/16", "2001:db8::7/128"))
        >>> [limits.is_shared(one) for one in ("10.1.2.3", "2001:db8::/64", "192.0.2.7", "")]
        [True, True, False, False]
        """
        try:
            address = ipaddress.ip_network(client)
        except ValueError:
            return False
        shared = [ipaddress.ip_network(network) for network in self.many_from]
        return any(network.version == address.version and network.overlaps(address) for network in shared)


def network_of(address: str) -> str:
    """Return the network of one client: an IPv4 address, or the /64 network of an IPv6 address.

    >>> network_of("192.0.2.7"), network_of("2001:db8::1:2"), network_of("::ffff:192.0.2.7"), network_of("-")
    ('192.0.2.7', '2001:db8::/64', '192.0.2.7', '-')
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def raise_handles(wanted: int) -> int:
    """Raise this process's limit of file handles towards `wanted`, as far as the system allows; return the new
    limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    return wanted if soft == resource.RLIM_INFINITY else soft


class Register:
    """All connections of a server, by client and by stage, in the order of entering their stage."""

    def __init__(self, limits: ConnectionLimits) -> None:
        """Take the limits."""
        self.limits = limits
        self._of: dict[str, set[BoundedProtocol]] = {}
        self._stages: dict[str, OrderedDict[BoundedProtocol, None]] = {name: OrderedDict() for name in STAGES}
        self._turn = count()

    @property
    def count(self) -> int:
        """Return the number of connections."""
        return sum(len(connection) for connection in self._stages.values())

    def enter(self, connection: "BoundedProtocol") -> bool:
        """Add a connection; return whether it may stay. Past a limit an idle connection is closed for it."""
        mine = self._of.setdefault(connection.who, set())
        if len(mine) >= self.limits.most_a_client and not self.limits.is_shared(connection.who):
            gives = [
                min(oldest, key=lambda other: other.turn)
                for name in GIVING
                if (oldest := [c for c in mine if c.stage == name])
            ]
        else:
            gives = [next(iter(self._stages[name])) for name in GIVING if self._stages[name]]
            if self.count < self.limits.most:
                gives = [connection]
        if not gives:
            return False
        if gives[0] is not connection:
            self.leave(gives[0])
            gives[0].end()
        self._of.setdefault(connection.who, set()).add(connection)
        self.move(connection, IDLE)
        return True

    def move(self, connection: "BoundedProtocol", stage: str) -> None:
        """Move a connection to a stage; a connection already in that stage does not change its place."""
        if connection.stage != stage and connection in self._of.get(connection.who, ()):
            if connection.stage:
                self._stages[connection.stage].pop(connection, None)
            self._stages[stage][connection] = None
            connection.stage, connection.turn = stage, next(self._turn)

    def leave(self, connection: "BoundedProtocol") -> None:
        """Remove a closed connection."""
        if connection.stage:
            self._stages[connection.stage].pop(connection, None)
        mine = self._of.get(connection.who, set())
        mine.discard(connection)
        if not mine:
            self._of.pop(connection.who, None)


class BoundedProtocol(H11Protocol):
    """HTTP of one connection, within the limits of its register."""

    register: Register
    """The register of its server; `protocol_of` makes a class that has one."""

    who, stage, turn = "", "", 0
    """The client's address, the stage, and the number of its entry into the stage."""
    _waits: asyncio.TimerHandle | None = None
    _sends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Add the connection, or answer 503 when this one is itself the longest idle."""
        super().connection_made(transport)
        self.who = network_of(self.client[0]) if self.client else ""
        if not self.register.enter(self):
            transport.write(_FULL)
            transport.close()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection and its timers."""
        self.register.leave(self)
        self._waits, self._sends = _cancel(self._waits), _cancel(self._sends)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Receive bytes; an incomplete request does not restart the time limit."""
        if not self.transport.is_closing():
            super().data_received(data)
            self._watch()

    def on_response_complete(self) -> None:
        """Start the time limit of the next request."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Start the time limit for a client that does not take its answer."""
        super().pause_writing()
        if self._sends is None:
            self._sends = self.loop.call_later(self.register.limits.send_seconds, self.end)

    def resume_writing(self) -> None:
        """Stop that time limit."""
        super().resume_writing()
        self._sends = _cancel(self._sends)

    @property
    def is_at_work(self) -> bool:
        """Return whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Start or stop the time limit of a complete request; single bytes never prolong it."""
        if self.transport.is_closing():
            return
        if self.is_at_work:
            self.register.move(self, UPLOAD if self.cycle.more_body else WORK)
            self._waits = _cancel(self._waits)
        elif self._waits is None:
            self.register.move(self, IDLE)
            self._waits = self.loop.call_later(self._seconds(), self._too_slow)

    def _seconds(self) -> float:
        """Return the seconds allowed: the header time for the first request, plus the idle time between requests."""
        limits = self.register.limits
        return limits.header_seconds if self.cycle is None else limits.header_seconds + limits.idle_seconds

    def _too_slow(self) -> None:
        self._waits = None
        if not self.transport.is_closing() and not self.is_at_work:
            if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
                self.transport.write(_SLOW)
            self.transport.close()

    def end(self) -> None:
        """Close the connection at once and drop unsent data."""
        self.transport.abort()


def _cancel(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Cancel a timer, if there is one; return None as its new value."""
    if timer is not None:
        timer.cancel()
    return None


def protocol_of(limits: ConnectionLimits) -> tuple[type[BoundedProtocol], Register]:
    """Return the protocol class of one server, with its register."""
    register = Register(limits)
    return type("ServedProtocol", (BoundedProtocol,), {"register": register}), register
