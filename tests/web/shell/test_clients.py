"""Which client a request comes from: forwarded addresses count from named proxies alone."""

import pytest
from starlette.testclient import TestClient

from comptroller.web.app import make_app
from comptroller.web.runtime.connections import network_of
from comptroller.web.shell.clients import client_of
from tests.consoles import ORIGIN, open_desk

PROXIES = ("10.0.0.0/8", "2001:db8:1::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.1", ["203.0.113.7"], "198.51.100.1"),
        ("127.0.0.1", ["203.0.113.7"], "127.0.0.1"),
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["9.9.9.9, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["9.9.9.9", "203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["9.9.9.9, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [f"203.0.113.7:{80}"], "203.0.113.7"),
        ("2001:db8:1::1", ["[2001:db8:2::5]:80"], "2001:db8:2::5"),
        ("::ffff:10.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("-", ["203.0.113.7"], "-"),
    ],
)
def test_the_last_hop_that_is_no_proxy_counts(peer, forwarded, client):
    """Addresses to the left of it are the client's own claim."""
    assert client_of(peer, forwarded, PROXIES) == client


def test_a_client_of_ipv6_is_its_network():
    """A client has every address of a /64, and is counted once for all of them."""
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")


@pytest.mark.parametrize(("proxies", "is_limited"), [((), True), (("10.0.0.0/8",), False)])
def test_rates_go_by_the_client(tmp_path_factory, proxies, is_limited):
    """Without a named proxy many forwarded addresses are one client; behind one each is a client of its own."""
    own = open_desk(tmp_path_factory.mktemp("clients"), most_sign_ins_a_minute=3, proxies=proxies)
    try:
        browser = TestClient(make_app(own), base_url=ORIGIN, headers={"origin": ORIGIN}, client=("10.0.0.1", 1))
        said, answers = {"login": "leader", "password": "wrong"}, []
        for n in range(8):
            head = {"x-forwarded-for": f"198.51.100.1, 203.0.113.{n}"}
            answers.append(browser.post("/sign-in", data=said, headers=head).status_code)
        assert (429 in answers) == is_limited
        key = f"password leader client {'10.0.0.1' if is_limited else '203.0.113.0'}"
        assert own.accounts.throttle.failures(key) == (3 if is_limited else 1)
    finally:
        own.stop()
