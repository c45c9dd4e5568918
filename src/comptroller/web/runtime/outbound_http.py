"""One outgoing request: to public addresses over https, to others only when the desk's settings allow them.

- The name is resolved once, every address of it is checked, and the connection goes to a checked address.
- An address that embeds an IPv4 address, or is for special use, is not public.
- No redirect is followed, and the answer is read only up to a limit.
"""

import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from comptroller.model.refusal import Refused, refusal
from comptroller.model.text import message

SECONDS = 10.0
MOST_ANSWER = 1 << 20
ANYWHERE = ("0.0.0.0/0", "::/0")
"""For addresses that the operator of the desk wrote into its settings."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


_UNICAST_V6 = tuple(map(ipaddress.ip_network, ("2000::/3",)))
"""The public range of IPv6; requests go to no other range."""
_NOT_V6 = tuple(
    map(
        ipaddress.ip_network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
"""Ranges of it that embed an IPv4 address (Teredo, 6to4) or are for special use (RFC 6890, RFC 9637)."""
_NOT_V4 = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "240.0.0.0/4",
        ),
    )
)
"""Ranges for special use (RFC 6890), including the relays of 6to4."""


class Unreachable(Exception):
    """The other side did not answer."""


def post(url: str, headers: Mapping[str, str], body: bytes, allowed: Sequence[str] = ()) -> int:
    """Return the status of the answer to a body that is sent; `allowed` are networks such as `10.1.0.0/16`.

    Raises Refused for an address that is not allowed, Unreachable for one that does not answer.
    """
    return get(url, headers, body, allowed)[0]


def get(
    url: str, headers: Mapping[str, str], body: bytes | None = None, allowed: Sequence[str] = ()
) -> tuple[int, bytes]:
    """Return status and content of an address, or of the answer to a body sent to it; raises as `post` does."""
    parts = split(url)
    try:
        resolved = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unreachable(str(fault)) from fault
    addresses = [str(one[4][0]) for one in resolved]
    for one in addresses:
        _refuse_inner(url, ipaddress.ip_address(one), parts.scheme, allowed)
    line = HTTPConnection(parts.hostname or "", _port(parts), timeout=SECONDS)
    try:
        line.sock = socket.create_connection((addresses[0], _port(parts)), SECONDS)
        if parts.scheme == "https":
            line.sock = ssl.create_default_context().wrap_socket(line.sock, server_hostname=parts.hostname)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request("GET" if body is None else "POST", path, body, dict(headers))
        answer = line.getresponse()
        content = answer.read(MOST_ANSWER)
    except (OSError, HTTPException) as fault:
        raise Unreachable(f"{type(fault).__name__}: {fault}") from fault
    else:
        return answer.status, content
    finally:
        line.close()


def split(url: str) -> SplitResult:
    """Return an address in its parts; raises Refused for other schemes than http(s), no host, or a password."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        is_right = is_right and _port(parts) > 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        is_right = False
    if not is_right:
        raise _refused(url, "desk.hook.address.plain:expected")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _refuse_inner(url: str, address: Address, scheme: str, allowed: Sequence[str]) -> None:
    plain = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped else address
    if any(plain in ipaddress.ip_network(net) for net in allowed):
        return
    if not is_public(address):
        raise _refused(url, "desk.hook.address.public:expected")
    if scheme != "https":
        raise _refused(url, "desk.hook.address.https:expected")


def is_public(address: Address) -> bool:
    """Return whether an address, and every address embedded in it, belongs to the public network.

    >>> is_public(ipaddress.ip_address("2002:7f00:1::")), is_public(ipaddress.ip_address("2606:4700::1111"))
    (False, True)
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id or not any(address in net for net in _UNICAST_V6) or any(address in net for net in _NOT_V6):
            return False
        return _is_plain(address) and not _is_isatap(address)
    return _is_plain(address) and not any(address in net for net in _NOT_V4)


def _is_plain(address: Address) -> bool:
    is_special = address.is_multicast or address.is_reserved or address.is_private or address.is_loopback
    return address.is_global and not (is_special or address.is_link_local or address.is_unspecified)


def _is_isatap(address: ipaddress.IPv6Address) -> bool:
    """Return whether an interface identifier is an ISATAP one (RFC 5214), which embeds an IPv4 address."""
    return (int(address) >> 32) & 0xFCFFFFFF == 0x00005EFE


def _refused(url: str, expected: str) -> Refused:
    place, fix = ("", None, "url"), message("desk.hook.address:fix")
    return Refused([refusal("desk.hook.address", place, url[:200], message(expected), fix)])
