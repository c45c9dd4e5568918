"""Accounts: only digests are stored, sessions end by themselves, and guessing becomes slow."""

import datetime as dt

import pytest

from comptroller.access.accounts import IDLE, LONGEST, Accounts, Token
from comptroller.access.throttle import FREE_FAILURES
from tests.worlds import moment

AT = moment("2024-06-30T10:00:00")
PASSWORD = "a long enough password"  # noqa: S105 - for tests alone


@pytest.fixture
def accounts(tmp_path):
    opened = Accounts(tmp_path / "accounts.sqlite")
    opened.set_password("a", PASSWORD)
    yield opened
    opened.close()


def test_no_secret_lies_in_the_file(accounts, tmp_path):
    """Neither passwords nor sessions nor tokens can be read from the disk."""
    accounts.open_session("a", "the session's secret", "key", AT)
    accounts.make_token(Token("t", "a", frozenset({"see"}), AT + LONGEST), "the token's secret", AT)
    accounts.close()
    content = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for secret in (PASSWORD, "the session's secret", "the token's secret"):
        assert secret.encode() not in content
    assert b"argon2id" in content


def test_a_short_password_is_refused(accounts):
    """Twelve characters at least."""
    with pytest.raises(ValueError, match="12 characters"):
        accounts.set_password("a", "short")


def test_guessing_becomes_slow(accounts):
    """After a few failures the right password is rejected as well, until the wait is over."""
    assert accounts.check("a", PASSWORD, AT)
    for _ in range(FREE_FAILURES):
        assert not accounts.check("a", "wrong", AT)
    assert not accounts.check("a", PASSWORD, AT)
    assert accounts.check("a", PASSWORD, AT + dt.timedelta(minutes=16))
    assert not accounts.check("nobody", PASSWORD, AT)


def test_a_session_ends_unused_and_at_the_latest_at_its_end(accounts):
    """Unused it ends early; used it ends late; a new password ends it at once."""
    accounts.open_session("a", "one", "key", AT)
    assert accounts.session("one", AT + IDLE - dt.timedelta(seconds=1)).login == "a"
    assert accounts.session("one", AT + 3 * IDLE) is None
    accounts.open_session("a", "two", "key", AT)
    at = AT
    while at < AT + LONGEST:
        assert accounts.session("two", at) is not None
        at += IDLE / 2
    assert accounts.session("two", at) is None
    accounts.open_session("a", "three", "key", AT)
    accounts.set_password("a", PASSWORD)
    assert accounts.session("three", AT) is None
    assert accounts.sessions() == []


def test_a_token_holds_until_its_day_and_until_it_is_ended(accounts):
    """A token is found by its secret, and ended by its digest."""
    accounts.make_token(Token("t", "a", frozenset({"see", "report"}), AT + LONGEST), "secret", AT)
    token = accounts.token("secret", AT)
    assert (token.login, token.scope) == ("a", {"see", "report"})
    assert accounts.token("secret", AT + LONGEST) is None
    assert accounts.token("another", AT) is None
    assert [t.name for t in accounts.tokens()] == ["t"]
    assert accounts.end_token(token.digest)
    assert accounts.token("secret", AT) is None
