"""Outgoing requests: an address that a user typed never reaches the inner network."""

import ipaddress

import pytest
from hypothesis import given, strategies as st

from comptroller.model.refusal import Refused
from comptroller.web.runtime.outbound_http import Unreachable, is_public, post

NOBODY = 1
"""A port without a listener."""
INNER = (
    "https://127.0.0.1/",
    "https://localhost/",
    "https://10.0.0.1/",
    "https://192.168.1.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1]/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://100.64.0.1/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a00:1::1]/",
    "https://[::7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[2001:0:a00:1::]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[2a00:1450::5efe:a00:1]/",
    "https://[2a00:1450::200:5efe:7f00:1]/",
    "https://[fe80::1%25lo]/",
    "https://[ff02::1]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[100::1]/",
    "https://[::]/",
    "https://0.1.2.3/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://127.1/",
    "https://192.0.0.1/",
    "https://192.0.2.1/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
)


EMBEDDING = (
    lambda v4: (0x64FF9B << 96) | v4,
    lambda v4: (0x64FF9B0001 << 80) | v4,
    lambda v4: (0x2002 << 112) | (v4 << 80),
    lambda v4: (0x20010000 << 96) | (v4 << 64) | (v4 ^ 0xFFFFFFFF),
    lambda v4: (0xFFFF << 32) | v4,
    lambda v4: v4,
    lambda v4: (0x20010DB9 << 96) | (0x00005EFE << 32) | v4,
    lambda v4: (0x20010DB9 << 96) | (0x02005EFE << 32) | v4,
)
"""Addresses of IPv6 that embed one of IPv4."""


@pytest.mark.parametrize("url", INNER)
def test_nothing_inside_is_asked(url):
    """SSRF: loopback, private, link-local and shared addresses are rejected in any notation."""
    with pytest.raises((Refused, Unreachable)) as refused:
        post(url, {}, b"")
    if isinstance(refused.value, Refused):
        assert refused.value.refusals[0].code == "desk.hook.address"


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001::1"]
)
def test_addresses_of_the_public_network_are_public(address):
    """Addresses of the public network are allowed."""
    assert is_public(ipaddress.ip_address(address))


@given(st.integers(0, 2**32 - 1), st.sampled_from(EMBEDDING))
def test_an_embedded_address_never_makes_an_address_public(inner, embed):
    """NAT64, 6to4, Teredo, mapped, compatible and ISATAP forms of any IPv4 address are rejected."""
    assert not is_public(ipaddress.IPv6Address(embed(inner)))


def test_what_the_settings_allow_is_asked_and_no_more():
    """An allowed network may be reached, also without https; its neighbour may not."""
    with pytest.raises(Unreachable):
        post(f"http://127.0.0.1:{NOBODY}/", {}, b"", ("127.0.0.1/32",))
    with pytest.raises(Refused):
        post(f"http://127.0.0.2:{NOBODY}/", {}, b"", ("127.0.0.1/32",))


def test_an_address_outside_is_asked_over_https_alone():
    """A public address without https is rejected before anything is sent."""
    with pytest.raises(Refused):
        post("http://8.8.8.8/", {}, b"secret")
