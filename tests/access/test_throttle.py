"""Attempts are counted before they are checked, under keyed digests, and a wait belongs to its own counter."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from comptroller.access import accounts as module
from comptroller.access.accounts import FREE_FAILURES_OF_NAME, Accounts
from comptroller.access.throttle import FORGOTTEN_AFTER, FREE_FAILURES
from tests.worlds import moment

AT = moment("2024-06-30T10:00:00")
PASSWORD = "a long enough password"  # noqa: S105 - for tests alone


@pytest.fixture
def accounts(tmp_path):
    opened = Accounts(tmp_path / "accounts.sqlite")
    opened.set_password("a", PASSWORD)
    yield opened
    opened.close()


def test_attempts_at_once_are_all_counted(tmp_path, accounts):
    """Thirty threads, each with its own connection: thirty counted, and five of them checked."""

    def wrong(_):
        own = Accounts(tmp_path / "accounts.sqlite")
        try:
            return own.check("a", "wrong", AT, "203.0.113.1")
        finally:
            own.close()

    with ThreadPoolExecutor(30) as pool:
        assert not any(pool.map(wrong, range(30)))
    assert accounts.throttle.failures("password a client 203.0.113.1") == 30
    assert not accounts.check("a", PASSWORD, AT, "203.0.113.1")


def test_nobody_locks_somebody_else_out(accounts):
    """Wrong passwords of one client delay no other client, and no browser of an earlier sign-in."""
    accounts.know("a browser's secret", "a", AT)
    for _ in range(3 * FREE_FAILURES):
        accounts.check("a", "wrong", AT, "203.0.113.1")
    assert not accounts.check("a", PASSWORD, AT, "203.0.113.1")
    assert not accounts.check("a", PASSWORD, AT, "203.0.113.1", "another browser's secret")
    assert accounts.check("a", PASSWORD, AT, "203.0.113.1", "a browser's secret")
    assert accounts.check("a", PASSWORD, AT, "203.0.113.2")


def test_many_clients_together_are_slowed_and_known_browsers_are_not(accounts, monkeypatch):
    """The limit on a name applies after many failures of all clients; a known browser is exempt."""
    monkeypatch.setattr("comptroller.access.accounts.FREE_FAILURES_OF_NAME", 3)
    assert FREE_FAILURES_OF_NAME > 100
    accounts.know("a browser's secret", "a", AT)
    for n in range(4):
        accounts.check("a", "wrong", AT, f"203.0.113.{n}")
    assert not accounts.check("a", PASSWORD, AT, "203.0.113.9")
    assert accounts.check("a", PASSWORD, AT, "203.0.113.9", "a browser's secret")


def test_a_counter_is_forgotten_after_a_day_and_holds_no_name(accounts, tmp_path):
    """Neither name nor client lies on the disk."""
    for _ in range(FREE_FAILURES):
        accounts.check("typed-name", "wrong", AT, "client-address")
    later = AT + FORGOTTEN_AFTER + dt.timedelta(seconds=1)
    accounts.check("other", "wrong", later, "x")
    assert accounts.throttle.failures("password typed-name client client-address") == 0
    accounts.close()
    content = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"typed-name" not in content
    assert b"client-address" not in content


@pytest.mark.parametrize("name", ["a", "nobody"])
def test_a_known_and_an_unknown_name_cost_the_same_work(accounts, monkeypatch, name):
    """Every attempt is verified once, whether the name is there, is not, or waits."""
    verified = []
    right = module._is_right
    monkeypatch.setattr(module, "_is_right", lambda digest, given: verified.append(1) or right(digest, given))
    for _ in range(2 * FREE_FAILURES):
        accounts.check(name, "wrong", AT, "203.0.113.1")
    assert len(verified) == 2 * FREE_FAILURES
