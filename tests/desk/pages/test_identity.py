"""Signing in through a provider: once for each asking, by the browser that asked, into an account that was linked."""

import pytest

from comptroller.access.identities import Identity
from comptroller.desk.oidc_settings import ProviderSettings
from tests.desk.providers import CLIENT, SECRET, provider
from tests.desks import ORIGIN, form_key, open_desk, sign_in, visitor


@pytest.fixture(scope="module")
def other():
    """Give a provider that listens."""
    with provider() as listening:
        yield listening


@pytest.fixture(scope="module")
def linked(other, tmp_path_factory):
    """Give a desk that knows the provider, with one subject linked."""
    named = ProviderSettings(other.issuer, CLIENT, ORIGIN, title="Login", secret=SECRET)
    opened = open_desk(tmp_path_factory.mktemp("linked"), provider=named)
    opened.accounts.identities.link(Identity(other.issuer, "lea", "leader"), opened.clock())
    yield opened
    opened.stop()


def went(desk, other, subject="lea", back="/findings"):
    """Give a browser that went to the provider, and the answer that it brings back."""
    browser = visitor(desk)
    sent = browser.get("/oidc/start", params={"back": back})
    assert sent.status_code == 303
    return browser, other.agree(sent.headers["location"], subject)


def test_somebody_linked_gets_in_and_the_ledger_says_by_whose_word(linked, other):
    """The session is like any other, under a new secret, and rights are those of the account's grants."""
    browser, answer = went(linked, other)
    browser.cookies.set("desk_session", "planted")
    back = browser.get("/oidc/back", params=answer)
    assert (back.status_code, back.headers["location"]) == (303, "/findings")
    assert "planted" not in back.headers["set-cookie"]
    assert browser.cookies.get("desk_session", domain="testserver.local") != "planted"
    assert browser.get("/admin").status_code == 403
    linked.note("leader", "sign_out").result(60)
    said = linked.duck.rows("SELECT detail FROM desk_act WHERE did = 'sign_in' AND login = 'leader' ORDER BY fact")
    assert said[-1] == (other.issuer,)


def test_an_answer_counts_once(linked, other):
    """A state that was used opens nothing again, and the code neither."""
    browser, answer = went(linked, other)
    kept = browser.cookies["desk_oidc"]
    assert browser.get("/oidc/back", params=answer).status_code == 303
    again = visitor(linked)
    again.cookies.set("desk_oidc", kept)
    refused = again.get("/oidc/back", params=answer | other.agree(f"?state={answer['state']}&nonce=x"))
    assert refused.status_code == 401
    assert "desk_session" not in refused.headers.get("set-cookie", "")


def test_an_answer_in_another_browser_opens_nothing(linked, other):
    """Nobody is signed in by a link that somebody else made (login CSRF)."""
    _, answer = went(linked, other)
    victim = visitor(linked)
    assert victim.get("/oidc/back", params=answer).status_code == 401
    own, _ = went(linked, other)
    assert own.get("/oidc/back", params=answer).status_code == 401


def test_an_unknown_subject_is_told_what_to_do_and_gets_no_account(linked, other):
    """Nobody makes an account for himself; the page names the subject for the administrator."""
    users = linked.duck.rows("SELECT count(*) FROM desk_user")
    browser, answer = went(linked, other, "<b>stranger</b>")
    refused = browser.get("/oidc/back", params=answer)
    assert refused.status_code == 401
    assert "&lt;b&gt;stranger&lt;/b&gt;" in refused.text
    assert browser.get("/findings").status_code == 401
    assert linked.duck.rows("SELECT count(*) FROM desk_user") == users


def test_a_subject_of_another_issuer_is_another_one(linked, other):
    """What one provider calls somebody says nothing about whom another calls so."""
    linked.accounts.identities.link(Identity("https://elsewhere.example", "sam", "supervisor"), linked.clock())
    browser, answer = went(linked, other, "sam")
    assert browser.get("/oidc/back", params=answer).status_code == 401


def test_nobody_is_led_elsewhere_by_the_way_back(linked, other):
    """Where one goes after signing in lies on this desk."""
    browser, answer = went(linked, other, back="//elsewhere.example/")
    assert browser.get("/oidc/back", params=answer).headers["location"] == "/"


def test_an_administrator_links_and_unlinks_and_never_himself(linked, other):
    """A link is an act in the ledger; ending it ends the sessions; one subject opens one account."""
    browser = sign_in(linked, "administrator")
    key = {"form_key": form_key(browser)}

    def post(path, **form):
        return browser.post(f"/admin/identities{path}", data=key | form).status_code

    assert post("", login="group", subject="gro") == 303
    assert post("", login="leader", subject="gro") == 422
    assert post("", login="administrator", subject="adm") == 422
    assert post("", login="nobody", subject="no") == 422
    assert "gro" in browser.get("/admin/identities").text
    one, answer = went(linked, other, "gro")
    assert one.get("/oidc/back", params=answer).status_code == 303
    assert one.get("/findings").status_code == 200
    assert post("/end", issuer=other.issuer, subject="gro") == 303
    assert one.get("/findings").status_code == 401
    linked.note("administrator", "sign_out").result(60)
    acts = linked.duck.rows("SELECT did, about FROM desk_act WHERE did LIKE 'identity%' ORDER BY fact")
    assert acts == [("identity", "group"), ("identity_end", "group")]
    assert sign_in(linked, "supervisor").get("/admin/identities").status_code == 403


def test_a_desk_without_a_provider_has_no_such_door(desk):
    """Neither page nor link is there where the settings name no provider."""
    assert visitor(desk).get("/oidc/start").status_code == 404
    assert visitor(desk).get("/oidc/back").status_code == 404
    assert "/oidc/" not in visitor(desk).get("/sign-in").text
    assert sign_in(desk, "administrator").get("/admin/identities").status_code == 404
