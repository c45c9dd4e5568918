"""Requests out of the desk: nothing inside the network is reached by an address that somebody typed."""

import pytest

from comptroller.desk.outward import NotReached, post
from comptroller.model.refusal import Refused

NOBODY = 1
"""A port at which nobody listens."""
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
)


@pytest.mark.parametrize("url", INNER)
def test_nothing_inside_is_asked(url):
    """SSRF: loopback, private, link-local and shared addresses are refused, however they are written."""
    with pytest.raises((Refused, NotReached)) as refused:
        post(url, {}, b"")
    if isinstance(refused.value, Refused):
        assert refused.value.refusals[0].code == "desk.hook.address"


def test_what_the_settings_allow_is_asked_and_no_more():
    """An allowed network may be reached, also without https; its neighbour may not."""
    with pytest.raises(NotReached):
        post(f"http://127.0.0.1:{NOBODY}/", {}, b"", ("127.0.0.1/32",))
    with pytest.raises(Refused):
        post(f"http://127.0.0.2:{NOBODY}/", {}, b"", ("127.0.0.1/32",))


def test_an_address_outside_is_asked_over_https_alone():
    """A public address without https is refused before anything is sent."""
    with pytest.raises(Refused):
        post("http://8.8.8.8/", {}, b"secret")
