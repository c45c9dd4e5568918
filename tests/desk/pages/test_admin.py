"""Administration: grants by somebody else than oneself, secrets told once, and every act in the ledger."""

import re

import pytest

from tests.desks import PASSWORD, form_key, open_desk, sign_in, visitor
from tests.worlds import OWNER


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    desk = open_desk(tmp_path_factory.mktemp("admin"))
    yield desk
    desk.stop()


def test_somebody_is_admitted_granted_and_ended(own):
    """From nobody to a supervisor and back, with each step noted."""
    root = sign_in(own, "administrator")
    key = {"form_key": form_key(root)}
    page = root.post("/admin/users", data=key | {"login": "new", "name": "新人"}).text
    password = re.search(r"new: ([^<]+)</code>", page).group(1)
    assert password not in root.get("/admin").text
    browser = visitor(own)
    assert browser.post("/sign-in", data={"login": "new", "password": password}).status_code == 303
    assert browser.get("/findings").status_code == 403
    grant = {"login": "new", "role": "supervisor", "entity": "G1", "reason": "test", "valid_from": "2024-06-01"}
    assert root.post("/admin/grants", data=key | grant).status_code == 303
    assert browser.get("/findings").status_code == 200
    held = own.duck.rows('SELECT "grant" FROM access_grant WHERE login = ?', ["new"])[0][0]
    assert root.post("/admin/grants/end", data=key | {"grant": held}).status_code == 303
    assert browser.get("/findings").status_code == 403
    root.post("/admin/sessions/end", data=key | {"login": "new"})
    assert browser.get("/why").status_code == 401
    own.said(own.note("administrator", "last"))
    page = root.get("/acts").text
    for act in ("Admitted a user", "Granted", "Ended a grant", "Ended sessions"):
        assert act in page


def test_nobody_grants_to_himself(own):
    """Two persons are needed for a grant to an administrator."""
    root = sign_in(own, "administrator")
    grant = {"login": "administrator", "role": "supervisor", "entity": OWNER, "reason": "x", "valid_from": "2024-06-01"}
    answer = root.post("/admin/grants", data={"form_key": form_key(root)} | grant)
    assert answer.status_code == 422
    assert "desk.grant.self" in answer.text


def test_a_token_is_told_once_and_ends_at_once(own):
    """Its scope never holds the right to administer."""
    root = sign_in(own, "administrator")
    key = {"form_key": form_key(root)}
    page = root.post(
        "/admin/tokens", data=key | {"login": "supervisor", "name": "machine", "scope": "see administer"}
    ).text
    secret = re.search(r"machine: ([^<]+)</code>", page).group(1)
    head = {"authorization": f"Bearer {secret}"}
    assert visitor(own).get("/api/v1/me", headers=head).json()["login"] == "supervisor"
    held = next(t for t in own.accounts.tokens() if t.name == "machine")
    assert held.scope == {"see"}
    root.post("/admin/tokens/end", data=key | {"digest": held.digest})
    assert visitor(own).get("/api/v1/me", headers=head).status_code == 401


def test_only_administrators_administer(own):
    """Everybody else is refused, and a field that is empty is named."""
    for login in ("supervisor", "auditor", "leader", "reporter"):
        browser = sign_in(own, login)
        assert browser.get("/admin").status_code == 403
        assert (
            browser.post("/admin/password", data={"form_key": form_key(browser), "login": "leader"}).status_code == 403
        )
    root = sign_in(own, "administrator")
    assert root.post("/admin/users", data={"form_key": form_key(root), "login": "x"}).status_code == 422
    assert visitor(own).post("/sign-in", data={"login": "leader", "password": PASSWORD}).status_code == 303
    assert sign_in(own, "auditor").get("/acts?before=1").status_code == 200
    assert sign_in(own, "supervisor").get("/acts").status_code == 403
