"""Authentication: who signs in, their acts, and the days of their views."""

import datetime as dt

import pytest

from comptroller.access.accounts import Token
from comptroller.web.shell.auth import present
from comptroller.web.shell.errors import NotFound
from tests.consoles import NOW, visitor


def test_nobody_gets_in_without_session_or_token(server):
    """Pages show the sign-in form, calls answer 401; an invented token or session signs no user in."""
    for head in (
        {},
        {"authorization": "Bearer made-up"},
        {"authorization": "Basic eDp5"},
        {"cookie": "desk_session=made-up"},
    ):
        browser = visitor(server)
        for path in ("/", "/findings", "/ledger", "/findings.xlsx", "/api/v1/findings", "/api/v1/events", "/api/v1/me"):
            assert browser.get(path, headers=head).status_code == 401, path


def test_a_token_may_what_its_scope_and_its_users_grants_give(server):
    """A scope narrows and never widens."""
    for name, login, scope in (("wide", "leader", {"see", "report", "export"}), ("narrow", "supervisor", {"see"})):
        server.accounts.make_token(Token(name, login, frozenset(scope), NOW + dt.timedelta(days=1)), name, NOW)
        head = {"authorization": f"Bearer {name}"}
        assert visitor(server).get("/api/v1/findings", headers=head).status_code == 200
        assert visitor(server).get("/findings.xlsx", headers=head).status_code == 403
        assert visitor(server).post("/api/v1/reports", content=b"{}", headers=head).status_code == 403


def test_two_days_may_be_asked(browser):
    """True on a day, known by a day or an entry; other texts are rejected in the usual form."""
    one = browser("supervisor")
    assert one.get("/findings?valid=2024-03-01&known=5").status_code == 200
    assert one.get("/findings?known=2024-03-01").status_code == 200
    answer = one.get("/api/v1/findings?valid=soon")
    assert answer.status_code == 422
    assert answer.json()["refused"][0]["code"] == "desk.day"


def test_nothing_is_gone():
    """What is absent and what is out of reach are answered alike."""
    assert present(0, "x") == 0
    with pytest.raises(NotFound):
        present(None, "x")
