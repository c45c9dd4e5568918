"""One's own account: the password again before what is grave, codes at the door, and sessions that end."""

import base64
import re

import pytest

from comptroller.access.factors import code_of, step_of
from tests.desks import NOW, PASSWORD, form_key, open_desk, sign_in, visitor

NEW, WRONG = "another long password", "a wrong password"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Give a desk whose node has a passphrase, under which secrets can be kept."""
    opened = open_desk(tmp_path_factory.mktemp("sealed"), passphrase=b"of the node", most_sign_ins_a_minute=1000)
    yield opened
    opened.stop()


def post(browser, path, **form):
    return browser.post(f"/account{path}", data={"form_key": form_key(browser)} | form)


def turned_on(browser):
    """Turn the factor on by the code of a step before now; gives the secret."""
    page = post(browser, "/factor", password=PASSWORD).text
    secret = base64.b32decode(re.search(r"secret=([A-Z2-7]{32})", page)[1])
    assert post(browser, "/factor/on", code=code_of(secret, step_of(NOW) - 1)).status_code == 303
    return secret


def test_one_changes_ones_own_password(sealed):
    """The present one is asked for; all other sessions end, this browser stays in under a new secret."""
    browser, elsewhere = sign_in(sealed, "leader"), sign_in(sealed, "leader")
    before = browser.cookies["desk_session"]
    assert post(browser, "/password", password=WRONG, new=NEW, again=NEW).status_code == 422
    assert post(browser, "/password", password=PASSWORD, new=NEW, again=NEW + "x").status_code == 422
    assert post(browser, "/password", password=PASSWORD, new="short", again="short").status_code == 422
    assert elsewhere.get("/findings").status_code == 200
    assert post(browser, "/password", password=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert browser.cookies["desk_session"] != before
    assert browser.get("/account").status_code == 200
    assert elsewhere.get("/findings").status_code == 401
    assert visitor(sealed).post("/sign-in", data={"login": "leader", "password": PASSWORD}).status_code == 401
    sealed.accounts.set_password("leader", PASSWORD)


def test_with_a_second_factor_a_password_alone_opens_nothing(sealed):
    """The right password gives a question for the code; the right code a session; a used code nothing."""
    secret = turned_on(sign_in(sealed, "auditor"))
    browser = visitor(sealed)
    asked = browser.post("/sign-in", data={"login": "auditor", "password": PASSWORD, "back": "/ledger"})
    assert asked.status_code == 200
    assert "desk_session" not in asked.headers["set-cookie"]
    assert browser.get("/findings").status_code == 401
    used = code_of(secret, step_of(NOW) - 1)
    assert browser.post("/sign-in/code", data={"code": used}).status_code == 401
    assert visitor(sealed).post("/sign-in/code", data={"code": code_of(secret, step_of(NOW))}).status_code == 401
    entered = browser.post("/sign-in/code", data={"code": code_of(secret, step_of(NOW))})
    assert (entered.status_code, entered.headers["location"]) == (303, "/ledger")
    assert browser.get("/findings").status_code == 200


def test_a_factor_is_taken_away_by_its_owner_or_an_administrator(sealed):
    """Its owner says password and code; an administrator does it for somebody else, and the ledger says so."""
    browser = sign_in(sealed, "author")
    secret = turned_on(browser)
    assert post(browser, "/factor", password=PASSWORD).status_code == 422
    assert post(browser, "/factor/end", password=PASSWORD, code="000000").status_code == 422
    assert post(browser, "/factor/end", password=WRONG, code=code_of(secret, step_of(NOW))).status_code == 422
    assert post(browser, "/factor/end", password=PASSWORD, code=code_of(secret, step_of(NOW))).status_code == 303
    turned_on(sign_in(sealed, "adopter"))
    admin = sign_in(sealed, "administrator")
    gone = admin.post("/admin/factor/end", data={"form_key": form_key(admin), "login": "adopter"})
    assert gone.status_code == 303
    assert sign_in(sealed, "adopter").get("/account").status_code == 200
    sealed.note("administrator", "sign_out").result(60)
    acts = sealed.duck.rows(
        "SELECT did, login FROM desk_act WHERE did LIKE 'factor%' AND login <> 'auditor' ORDER BY fact"
    )
    assert acts == [
        ("factor", "author"),
        ("factor_end", "author"),
        ("factor", "adopter"),
        ("factor_end", "administrator"),
    ]


def test_a_secret_is_never_kept_in_the_open(desk, sealed):
    """Without a passphrase of the node nothing is kept; with one, the file does not tell it."""
    refused = post(sign_in(desk, "leader"), "/factor", password=PASSWORD)
    assert refused.status_code == 422
    assert "desk.secret" in refused.text
    kept = sealed.accounts.factors.kept("auditor")
    assert not kept or kept.startswith("sealed:")


def test_one_sees_and_ends_ones_own_sessions(sealed):
    """Signing out everywhere else leaves this browser signed in."""
    browser, elsewhere = sign_in(sealed, "group"), sign_in(sealed, "group")
    assert post(browser, "/sessions/end").status_code == 303
    assert elsewhere.get("/findings").status_code == 401
    assert browser.get("/findings").status_code == 200


def test_codes_are_tried_at_the_rate_of_signing_in(tmp_path_factory):
    """The door for codes has the same few tries a minute as the door for passwords."""
    few = open_desk(tmp_path_factory.mktemp("few"), most_sign_ins_a_minute=3)
    try:
        browser = visitor(few)
        answers = [browser.post("/sign-in/code", data={"code": "1"}).status_code for _ in range(5)]
        assert answers == [401, 401, 401, 429, 429]
    finally:
        few.stop()
