"""Administration: grants by another user only, secrets shown once, and every act in the ledger."""

import re

import pytest

from comptroller.access.handovers import LONGEST_LINK, MOST_TRIES
from tests.consoles import PASSWORD, form_key, open_desk, second_administrator, sign_in, visitor
from tests.worlds import OWNER


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    server = open_desk(tmp_path_factory.mktemp("admin"), most_sign_ins_a_minute=1000)
    yield server
    server.stop()


def link_in(page):
    """Return the one-time link that a page shows."""
    return re.search(r"/take-up\?link=([^<]+)</code>", page).group(1)


def test_somebody_is_admitted_granted_and_ended(own):
    """From no account to a supervisor and back, with each step recorded; only the person sets the password."""
    root = sign_in(own, "administrator")
    key = {"form_key": form_key(root)}
    page = root.post("/admin/users", data=key | {"login": "new", "name": "新人"}).text
    link = link_in(page)
    assert link not in root.get("/admin").text
    browser = visitor(own)
    taken = {"link": link, "new": PASSWORD, "again": PASSWORD}
    assert browser.get("/take-up", params={"link": link}).status_code == 200
    assert browser.post("/take-up", data=taken | {"again": "another password"}).status_code == 422
    assert browser.post("/take-up", data=taken).status_code == 303
    assert browser.post("/take-up", data=taken).status_code == 401, "a link counts once"
    assert browser.get("/take-up", params={"link": link}).status_code == 401
    assert browser.post("/sign-in", data={"login": "new", "password": PASSWORD}).status_code == 303
    assert browser.get("/findings").status_code == 403
    grant = {"login": "new", "role": "supervisor", "entity": "G1", "reason": "test", "valid_from": "2024-06-01"}
    assert root.post("/admin/grants", data=key | grant).status_code == 303
    assert root.post("/admin/grants", data=key | grant).status_code == 303
    assert browser.get("/findings").status_code == 200
    [(held,)] = own.duck.rows('SELECT "grant" FROM access_grant WHERE login = ?', ["new"])
    assert root.post("/admin/grants/end", data=key | {"grant": held}).status_code == 303
    assert browser.get("/findings").status_code == 403
    root.post("/admin/sessions/end", data=key | {"login": "new"})
    assert browser.get("/why").status_code == 401
    own.outcome_of(own.note("administrator", "last"))
    page = root.get("/acts").text
    for act in ("Admitted a user", "Used a one-time link", "Granted", "Ended a grant", "Ended sessions"):
        assert act in page


def test_a_link_alone_opens_no_account_that_is_in_use(own):
    """For another user's password an administrator gets a link, and needs a second administrator's code as well."""
    root = sign_in(own, "administrator")
    key = {"form_key": form_key(root)}
    link = link_in(root.post("/admin/password", data=key | {"login": "leader"}).text)
    taken = {"link": link, "new": "another long password", "again": "another long password"}
    for code in ("", "AAAA-BBBB-CCCC-DDDD", "000000"):
        assert visitor(own).post("/take-up", data=taken | {"code": code}).status_code == 401
    assert root.post("/admin/links/release", data=key | {"login": "leader"}).status_code == 422
    assert visitor(own).post("/sign-in", data={"login": "leader", "password": PASSWORD}).status_code == 303
    second_administrator(own)
    other = sign_in(own, "second")
    shown = other.post("/admin/links/release", data={"form_key": form_key(other), "login": "leader"}).text
    code = re.search(r"leader: ((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</code>", shown).group(1)
    assert visitor(own).post("/take-up", data=taken | {"code": code}).status_code == 303
    assert visitor(own).post("/sign-in", data={"login": "leader", "password": PASSWORD}).status_code == 401
    own.accounts.set_password("leader", PASSWORD)


def test_a_link_ends_after_few_wrong_codes_and_after_its_days(own):
    """The right code is too late after five wrong ones."""
    handovers, at = own.accounts.handovers, own.clock()
    handovers.issue("a link", "author", "administrator", at, needs_proof=True)
    assert handovers.release("author", "RIGHT", "administrator")
    taken = {"link": "a link", "new": PASSWORD, "again": PASSWORD}
    for _ in range(MOST_TRIES):
        assert visitor(own).post("/take-up", data=taken | {"code": "WRONG"}).status_code == 401
    assert visitor(own).post("/take-up", data=taken | {"code": "RIGHT"}).status_code == 401
    handovers.issue("late", "author", "administrator", at, needs_proof=False)
    assert handovers.link("late", at + LONGEST_LINK) is None
    assert handovers.end_link("author")


@pytest.mark.parametrize(
    "login",
    [
        "Leader",
        "ｌeader",
        "lea\u200bder",
        "l\u0435ader",
        "1eader",
        "lёader",
        "\u202eleader",
        "lead er",
        "αuthor",
        "leаder1",
    ],
)
def test_a_name_that_looks_like_another_is_not_admitted(own, login):
    """Case, width, invisible characters, letters of other scripts: no reader takes one user for another."""
    root = sign_in(own, "administrator")
    form = {"form_key": form_key(root), "login": login, "name": "somebody else"}
    answer = root.post("/admin/users", data=form)
    assert answer.status_code == 422
    assert "desk.name" in answer.text


def test_one_person_has_one_account(own):
    """The same name again needs the code of another person."""
    root = sign_in(own, "administrator")
    form = {"form_key": form_key(root), "login": "another", "name": "author 某"}
    assert "desk.person" in root.post("/admin/users", data=form).text
    assert root.post("/admin/users", data=form | {"person": "P-2"}).status_code == 200
    assert "desk.person" in root.post("/admin/users", data=form | {"person": "p-2", "login": "third"}).text


def test_nobody_grants_to_himself(own):
    """Two persons are needed for a grant to an administrator."""
    root = sign_in(own, "administrator")
    grant = {"login": "administrator", "role": "supervisor", "entity": OWNER, "reason": "x", "valid_from": "2024-06-01"}
    answer = root.post("/admin/grants", data={"form_key": form_key(root)} | grant)
    assert answer.status_code == 422
    assert "desk.grant.self" in answer.text


def test_a_token_is_taken_up_by_its_user_alone(own):
    """The administrator sees no secret; the user sees it once, after the password; its scope never holds the right to administer."""
    root = sign_in(own, "administrator")
    key = {"form_key": form_key(root)}
    page = root.post("/admin/tokens", data=key | {"login": "supervisor", "name": "machine", "scope": "see administer"})
    assert page.status_code == 303
    assert own.accounts.tokens() == []
    [offer] = [one for one in own.accounts.handovers.offers(own.clock()) if one.login == "supervisor"]
    mine = sign_in(own, "supervisor")
    take = {"form_key": form_key(mine), "number": offer.number, "does": "take"}
    assert root.post("/account/offers", data=take | key | {"password": PASSWORD}).status_code == 404
    assert mine.post("/account/offers", data=take | {"password": "a wrong password"}).status_code == 422
    shown = mine.post("/account/offers", data=take | {"password": PASSWORD}).text
    secret = re.search(r"machine: ([^<]+)</code>", shown).group(1)
    assert secret not in mine.get("/account").text
    head = {"authorization": f"Bearer {secret}"}
    assert visitor(own).get("/api/v1/me", headers=head).json()["login"] == "supervisor"
    held = next(t for t in own.accounts.tokens() if t.name == "machine")
    assert held.scope == {"see"}
    root.post("/admin/tokens/end", data=key | {"digest": held.digest})
    assert visitor(own).get("/api/v1/me", headers=head).status_code == 401


def test_only_administrators_administer(own):
    """All other roles are rejected, and an empty field is named."""
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
