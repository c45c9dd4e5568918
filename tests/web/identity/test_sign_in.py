"""Signing in: new secrets each time, the same answer for every wrong name, and no way to be led elsewhere."""

import pytest

from comptroller.web.identity.sign_in import inner
from tests.consoles import PASSWORD, form_key, sign_in, visitor


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(server):
    """Names cannot be tried out at sign-in."""
    pages = [
        visitor(server).post("/sign-in", data={"login": who, "password": "not that one"})
        for who in ("leader", "nobody")
    ]
    assert [p.status_code for p in pages] == [401, 401]
    assert pages[0].text == pages[1].text


def test_nothing_that_is_typed_is_logged(server, caplog):
    """The operator sees the attempts; neither name, password, code nor address is in the log."""
    for login in ("lea\nders", "a typed name", "leader"):
        visitor(server).post("/sign-in", data={"login": login, "password": "a secret guess"})
    lines = [one.getMessage() for one in caplog.records if "signing in failed" in one.getMessage()]
    assert len(lines) == 3
    assert len(set(lines)) == 3, "attempts at different names can be told apart"
    for word in ("der", "typed", "leader", "a secret guess", "testclient", "\n"):
        assert not any(word in one.replace("signing in failed: attempt", "") for one in lines)


def test_a_name_is_typed_in_any_spelling(server):
    """Case, width and invisible characters make no other name."""
    for login in ("Leader", "ｌeader", " leader", "lea\u200bder"):
        assert visitor(server).post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 303


def test_a_session_that_a_browser_brought_is_never_taken_up(server):
    """Session fixation: a session that another person put into the browser is worth nothing after sign-in."""
    browser = visitor(server)
    browser.cookies.set("desk_session", "planted")
    answer = browser.post("/sign-in", data={"login": "leader", "password": PASSWORD})
    given = answer.headers["set-cookie"]
    assert "planted" not in given
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    stranger = visitor(server)
    stranger.cookies.set("desk_session", "planted")
    assert stranger.get("/").status_code == 401


def test_signing_in_again_ends_the_session_before(server):
    """A browser has one session at a time."""
    browser = sign_in(server, "leader")
    before = browser.cookies["desk_session"]
    browser.post("/sign-in", data={"login": "leader", "password": PASSWORD})
    old = visitor(server)
    old.cookies.set("desk_session", before)
    assert old.get("/").status_code == 401


def test_signing_out_ends_the_session_at_once(server):
    """The secret is worth nothing afterwards, wherever it was copied to."""
    browser = sign_in(server, "leader")
    secret = browser.cookies["desk_session"]
    browser.post("/sign-out", data={"form_key": form_key(browser)})
    copy = visitor(server)
    copy.cookies.set("desk_session", secret)
    assert copy.get("/").status_code == 401


@pytest.mark.parametrize(
    "back", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "/a\r\nb: c"]
)
def test_nobody_is_led_elsewhere(server, back):
    """Where one goes after signing in or choosing a language lies on this desk."""
    assert inner(back) == "/"
    assert visitor(server).get("/language/en", params={"back": back}).headers["location"] == "/"
    answer = visitor(server).post("/sign-in", data={"login": "leader", "password": PASSWORD, "back": back})
    assert answer.headers["location"] == "/"


def test_the_language_is_chosen_and_stays(server):
    """Every page uses the language in the browser's cookie."""
    browser = visitor(server)
    browser.get("/language/en")
    assert "Sign-in name" in browser.get("/sign-in").text
    browser.get("/language/zh")
    assert "登录名" in browser.get("/sign-in").text


def test_the_other_language_shows_the_same_page(browser):
    """The link to the other language leads back to the requested page; after a form, to the page of the form."""
    page = browser("supervisor").get("/findings?state=all&text=x").text
    assert 'href="/language/zh?back=/findings%3Fstate%3Dall%26text%3Dx"' in page
    key = page.split('data-form-key="', 1)[1].split('"', 1)[0]
    sent = browser("supervisor").post(
        "/ask", data={"form_key": key, "sql": "SELECT 1"}, headers={"referer": "http://testserver/ask"}
    )
    assert 'href="/language/zh?back=/ask"' in sent.text
