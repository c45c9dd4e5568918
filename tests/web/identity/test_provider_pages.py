"""Sign-in through a provider: once for each request, by the browser that asked, into a linked account."""

import pytest

from comptroller.access.handovers import IDENTITY
from comptroller.access.identities import Identity
from comptroller.access.second_factor import code_of, step_of
from comptroller.cli.serve import let_in
from comptroller.web.runtime.oidc_settings import ProviderSettings
from comptroller.web.runtime.secrets_at_rest import encrypt
from tests.consoles import NOW, ORIGIN, PASSWORD, form_key, open_desk, second_administrator, sign_in, visitor
from tests.web.providers import CLIENT, SECRET, provider
from tests.worlds import OWNER


@pytest.fixture(scope="module")
def other():
    """Yield a provider that listens."""
    with provider() as listening:
        yield listening


@pytest.fixture(scope="module")
def linked(other, tmp_path_factory):
    """Yield a desk that knows the provider, with one subject linked."""
    named = ProviderSettings(other.issuer, CLIENT, ORIGIN, title="Login", secret=SECRET)
    opened = open_desk(
        tmp_path_factory.mktemp("linked"), provider=named, passphrase=b"of the node", most_sign_ins_a_minute=1000
    )
    opened.accounts.identities.link(Identity(other.issuer, "lea", "leader"), opened.clock())
    yield opened
    opened.stop()


def went(server, other, subject="lea", back="/findings"):
    """Return a browser that went to the provider, and the answer that it brings back."""
    browser = visitor(server)
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
    """A link made by another person signs no user in (login CSRF)."""
    _, answer = went(linked, other)
    victim = visitor(linked)
    assert victim.get("/oidc/back", params=answer).status_code == 401
    own, _ = went(linked, other)
    assert own.get("/oidc/back", params=answer).status_code == 401


def test_an_unknown_subject_is_told_what_to_do_and_gets_no_account(linked, other):
    """No user makes an account alone; the page names the subject for the administrator."""
    users = linked.duck.rows("SELECT count(*) FROM desk_user")
    browser, answer = went(linked, other, "<b>stranger</b>")
    refused = browser.get("/oidc/back", params=answer)
    assert refused.status_code == 401
    assert "&lt;b&gt;stranger&lt;/b&gt;" in refused.text
    assert browser.get("/findings").status_code == 401
    assert linked.duck.rows("SELECT count(*) FROM desk_user") == users


def test_a_subject_of_another_issuer_is_another_one(linked, other):
    """The same subject at two providers is two persons."""
    linked.accounts.identities.link(Identity("https://elsewhere.example", "sam", "supervisor"), linked.clock())
    browser, answer = went(linked, other, "sam")
    assert browser.get("/oidc/back", params=answer).status_code == 401


def test_nobody_is_led_elsewhere_by_the_way_back(linked, other):
    """Where one goes after signing in lies on this desk."""
    browser, answer = went(linked, other, back="//elsewhere.example/")
    assert browser.get("/oidc/back", params=answer).headers["location"] == "/"


def test_an_administrator_offers_and_the_user_takes_up(linked, other):
    """Nothing opens before the user confirms with the password; ending a link ends the sessions; one subject opens one account."""
    browser = sign_in(linked, "administrator")
    key = {"form_key": form_key(browser)}

    def post(path, **form):
        return browser.post(f"/admin/identities{path}", data=key | form).status_code

    assert post("", login="group", subject="gro") == 303
    assert post("", login="leader", subject="lea") == 422
    assert post("", login="administrator", subject="adm") == 422
    assert post("", login="nobody", subject="no") == 422
    assert "gro" in browser.get("/admin/identities").text
    one, answer = went(linked, other, "gro")
    assert one.get("/oidc/back", params=answer).status_code == 401
    offered = next(o.number for o in linked.accounts.handovers.offers(linked.clock()) if o.login == "group")
    owner, someone = sign_in(linked, "group"), sign_in(linked, "leader")
    for who, given, status in ((someone, PASSWORD, 404), (owner, "a wrong password", 422), (owner, PASSWORD, 303)):
        form = {"form_key": form_key(who), "number": offered, "does": "take", "password": given}
        assert who.post("/account/offers", data=form).status_code == status
    one, answer = went(linked, other, "gro")
    assert one.get("/oidc/back", params=answer).status_code == 303
    assert one.get("/findings").status_code == 200
    assert post("", login="leader", subject="gro") == 422
    assert post("/end", issuer=other.issuer, subject="gro") == 303
    assert one.get("/findings").status_code == 401
    linked.note("administrator", "sign_out").result(60)
    acts = linked.duck.rows("SELECT did, login, about FROM desk_act WHERE did LIKE 'identity%' ORDER BY fact")
    assert acts == [
        ("identity_offered", "administrator", "group"),
        ("identity", "group", "group"),
        ("identity_end", "administrator", "group"),
    ]
    assert sign_in(linked, "supervisor").get("/admin/identities").status_code == 403


def test_an_account_without_a_way_in_is_taken_up_by_the_subject_it_was_offered(linked, other):
    """The first sign-in of that subject is the way in; once there is one, another offer waits for the user."""
    let_in(linked, {"login": "fresh", "name": "fresh"}, [{"role": "leader", "entity": OWNER, "reason": "test"}])
    offers, at = linked.accounts.handovers, linked.clock()
    for subject, status in (("fre", 303), ("intruder", 401)):
        offers.offer("fresh", IDENTITY, {"issuer": other.issuer, "subject": subject}, "administrator", at)
        browser, answer = went(linked, other, subject)
        assert browser.get("/oidc/back", params=answer).status_code == status


def test_where_there_are_two_administrators_both_open_the_first_way_in(linked, other):
    """One administrator alone could sign in as another user, by a subject of their own."""
    second_administrator(linked)
    let_in(linked, {"login": "later", "name": "later"}, [{"role": "leader", "entity": OWNER, "reason": "test"}])
    for who, status in (("administrator", 401), ("administrator", 401), ("second", 303)):
        root = sign_in(linked, who)
        form = {"form_key": form_key(root), "login": "later", "subject": "lat"}
        assert root.post("/admin/identities", data=form).status_code == 303
        browser, answer = went(linked, other, "lat")
        assert browser.get("/oidc/back", params=answer).status_code == status


def test_a_factor_that_is_on_is_asked_after_the_provider(linked, other):
    """The provider's word alone opens no session of an account with a second factor."""
    secret = b"12345678901234567890"
    linked.accounts.identities.link(Identity(other.issuer, "aud", "auditor"), linked.clock())
    linked.accounts.factors.offer("auditor", encrypt(secret, b"of the node", b"0" * 12))
    assert linked.accounts.factors.check("auditor", secret, code_of(secret, step_of(NOW) - 1), NOW)
    browser, answer = went(linked, other, "aud")
    asked = browser.get("/oidc/back", params=answer)
    assert asked.status_code == 200
    assert "desk_session" not in asked.headers.get("set-cookie", "")
    assert browser.get("/findings").status_code == 401
    assert browser.post("/sign-in/code", data={"code": code_of(secret, step_of(NOW))}).status_code == 303
    assert browser.get("/findings").status_code == 200


def test_nothing_that_a_browser_brings_is_logged(linked, other, caplog):
    """The log contains neither subjects nor words of an answer."""
    browser, answer = went(linked, other, "typed-subject")
    browser.get("/oidc/back", params=answer)
    again, answer = went(linked, other, "typed-subject")
    again.get("/oidc/back", params=answer | {"iss": "https://typed.example", "error": "typed-error"})
    assert "signing in through the provider failed" in caplog.text
    assert "typed" not in caplog.text


def test_a_desk_without_a_provider_has_no_such_door(server):
    """Neither page nor link is there where the settings name no provider."""
    assert visitor(server).get("/oidc/start").status_code == 404
    assert visitor(server).get("/oidc/back").status_code == 404
    assert "/oidc/" not in visitor(server).get("/sign-in").text
    assert sign_in(server, "administrator").get("/admin/identities").status_code == 404
