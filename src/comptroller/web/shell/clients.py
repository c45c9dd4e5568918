"""Client of a request: the peer itself, or the last address that a named proxy forwarded.

- A forwarded address counts only when the peer is a proxy that the settings name.
- The right-most forwarded address that is no named proxy counts; addresses to its left are the client's own claim.
- An IPv6 client is counted by its /64 network, since one client has every address in it.
"""

import ipaddress
from collections.abc import Iterable, Sequence

FORWARDED = "x-forwarded-for"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_of(peer: str, forwarded: Iterable[str], proxies: Sequence[str]) -> str:
    """Return the address of the client; `forwarded` are the values of X-Forwarded-For in their order.

    >>> client_of("10.0.0.1", ["9.9.9.9, 203.0.113.7"], ["10.0.0.0/8"]), client_of("198.51.100.1", ["9.9.9.9"], ["10.0.0.0/8"])
    ('203.0.113.7', '198.51.100.1')
    """
    address = _parsed(peer)
    if address is None or not _is_among(address, proxies):
        return peer
    for forwarded_address in reversed([part for line in forwarded for part in line.split(",")]):
        hop = _parsed(forwarded_address)
        if hop is None:
            break
        address = hop
        if not _is_among(address, proxies):
            break
    return str(address)


def _parsed(value: str) -> Address | None:
    """Return an address, with or without port, brackets and zone; None for any other text."""
    text = value.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_among(address: Address, networks: Sequence[str]) -> bool:
    return any(address in ipaddress.ip_network(network, strict=False) for network in networks)
