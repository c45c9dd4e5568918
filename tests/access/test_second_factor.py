"""Codes by time: the RFC's own, each once, and wrong ones that make the next wait."""

import datetime as dt

import pytest

from comptroller.access.accounts import Accounts
from comptroller.access.second_factor import LONGEST_HALF, address, code_of, step_of
from comptroller.access.throttle import FREE_FAILURES
from tests.worlds import moment

AT = moment("2024-06-30T10:00:00")
SECRET = b"12345678901234567890"
STEP = dt.timedelta(seconds=30)


@pytest.fixture
def accounts(tmp_path):
    opened = Accounts(tmp_path / "accounts.sqlite")
    opened.factors.offer("a", "sealed")
    yield opened
    opened.close()


@pytest.fixture
def factors(accounts):
    return accounts.factors


def now(at, moved=0):
    return code_of(SECRET, step_of(at) + moved)


@pytest.mark.parametrize(
    ("digest", "length", "codes"),
    [
        ("sha1", 20, ("94287082", "07081804", "14050471", "89005924", "69279037", "65353130")),
        ("sha256", 32, ("46119246", "68084774", "67062674", "91819424", "90698825", "77737706")),
        ("sha512", 64, ("90693936", "25091201", "99943326", "93441116", "38618901", "47863826")),
    ],
)
def test_codes_are_those_of_the_rfc(digest, length, codes):
    """RFC 6238, appendix B, all eighteen."""
    secret = (b"1234567890" * 7)[:length]
    times = (59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000)
    assert tuple(code_of(secret, t // 30, 8, digest) for t in times) == codes


def test_a_code_counts_once_and_in_its_time(factors):
    """One step of time to either side is taken; what was used, and what was before it, is not."""
    assert not factors.is_on("a")
    assert factors.check("a", SECRET, now(AT, -1), AT)
    assert factors.is_on("a")
    assert not factors.check("a", SECRET, now(AT, -1), AT)
    assert factors.check("a", SECRET, now(AT, 1), AT)
    assert not factors.check("a", SECRET, now(AT), AT)
    assert not factors.check("a", SECRET, now(AT + 4 * STEP, -2), AT + 4 * STEP)
    assert not factors.check("nobody", SECRET, now(AT), AT)


def test_guessing_codes_becomes_slow_whatever_passwords_are_given(accounts, factors):
    """Past a few wrong codes the right one waits; a right password in between changes nothing."""
    accounts.set_password("a", "a long enough password")
    for _ in range(FREE_FAILURES + 6):
        factors.check("a", SECRET, "000000", AT)
        assert accounts.check("a", "a long enough password", AT)
    assert not factors.check("a", SECRET, now(AT), AT)
    later = AT + dt.timedelta(minutes=16)
    assert factors.check("a", SECRET, now(later), later)


def test_one_that_is_on_is_not_changed_by_an_offer(factors):
    """Who has a session and no device cannot put another device in its place."""
    factors.check("a", SECRET, now(AT), AT)
    factors.offer("a", "another")
    assert factors.kept("a") == "sealed"
    assert factors.logins() == {"a"}
    assert factors.end("a")
    assert not factors.is_on("a")


def test_half_a_signing_in_ends_by_itself(accounts, factors, tmp_path):
    """It belongs to one browser, for five minutes, and only a digest is stored."""
    factors.begin_half("the browser's secret", "a", "/x", AT)
    assert factors.half("the browser's secret", AT) == ("a", "/x")
    assert factors.half("another", AT) is None
    assert factors.half("the browser's secret", AT + LONGEST_HALF) is None
    factors.end_half("the browser's secret")
    assert factors.half("the browser's secret", AT) is None
    accounts.close()
    assert b"the browser's secret" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


def test_an_address_opens_a_device():
    """Names are quoted, so that no name changes the secret."""
    assert address(SECRET, "a&b", "国资") == (
        "otpauth://totp/%E5%9B%BD%E8%B5%84%3Aa%26b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5%9B%BD%E8%B5%84"
    )
