"""Links of subjects to accounts, and signings in under way: one each, ended once."""

import datetime as dt

import pytest

from comptroller.access.accounts import Accounts
from comptroller.access.identities import LONGEST_WAY, Identity
from tests.worlds import moment

AT = moment("2024-06-30T10:00:00")


@pytest.fixture
def accounts(tmp_path):
    opened = Accounts(tmp_path / "accounts.sqlite")
    yield opened
    opened.close()


def test_a_subject_opens_one_account(accounts):
    """The first link remains; ending it ends the sessions of the account."""
    links = accounts.identities
    assert links.link(Identity("i", "s", "a"), AT)
    assert not links.link(Identity("i", "s", "b"), AT)
    assert links.link(Identity("j", "s", "b"), AT)
    assert (links.login("i", "s"), links.login("j", "s"), links.login("k", "s")) == ("a", "b", "")
    accounts.open_session("a", "secret", "key", AT)
    assert links.end("i", "s") == "a"
    assert accounts.session("secret", AT) is None
    assert links.all() == [Identity("j", "s", "b")]


def test_a_way_is_finished_once_and_in_time(accounts, tmp_path):
    """Only a digest is stored; it is deleted after ten minutes."""
    ways = accounts.identities
    ways.begin("the browser's secret", "/x", AT)
    ways.begin("late", "/y", AT)
    assert ways.finish("another", AT) is None
    assert ways.finish("the browser's secret", AT) == "/x"
    assert ways.finish("the browser's secret", AT) is None
    assert ways.finish("late", AT + LONGEST_WAY) is None
    ways.begin("the browser's secret", "/x", AT + dt.timedelta(hours=1))
    accounts.close()
    assert b"the browser's secret" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())
