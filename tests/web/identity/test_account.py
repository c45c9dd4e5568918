"""The user's own account: the password again before grave acts, codes at sign-in, and sessions that end."""

import base64
import datetime as dt
import re

import pytest

from comptroller.access.accounts import Token
from comptroller.access.second_factor import code_of, step_of
from tests.consoles import NOW, PASSWORD, form_key, open_desk, second_administrator, sign_in, visitor

NEW, WRONG = "another long password", "a wrong password"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Yield a desk on a node with a passphrase, so that secrets can be stored."""
    opened = open_desk(tmp_path_factory.mktemp("sealed"), passphrase=b"of the node", most_sign_ins_a_minute=1000)
    yield opened
    opened.stop()


def post(browser, path, **form):
    return browser.post(f"/account{path}", data={"form_key": form_key(browser)} | form)


def turned_on(browser):
    """Turn the factor on by the code of a step before now; returns the secret."""
    page = post(browser, "/factor", password=PASSWORD).text
    secret = base64.b32decode(re.search(r"secret=([A-Z2-7]{32})", page)[1])
    shown = post(browser, "/factor/on", code=code_of(secret, step_of(NOW) - 1))
    assert shown.status_code == 200
    codes = re.findall(r"<code>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</code>", shown.text)
    return secret, codes


def test_one_changes_ones_own_password(sealed):
    """The current password is required; all other sessions end, this browser stays signed in under a new secret."""
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
    """The right password leads to the question for the code; the right code opens a session; a used code does not."""
    secret, _ = turned_on(sign_in(sealed, "auditor"))
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


def test_a_factor_is_taken_away_by_its_owner_or_two_administrators(sealed):
    """Its owner needs password and code; for another user one administrator asks and another acts, and the
    ledger records it.
    """
    browser = sign_in(sealed, "author")
    secret, _ = turned_on(browser)
    assert post(browser, "/factor", password=PASSWORD).status_code == 422
    assert post(browser, "/factor/end", password=PASSWORD, code="000000").status_code == 422
    assert post(browser, "/factor/end", password=WRONG, code=code_of(secret, step_of(NOW))).status_code == 422
    assert post(browser, "/factor/end", password=PASSWORD, code=code_of(secret, step_of(NOW))).status_code == 303
    turned_on(sign_in(sealed, "adopter"))
    admin = sign_in(sealed, "administrator")
    asked = {"form_key": form_key(admin), "login": "adopter"}
    assert admin.post("/admin/factor/end", data=asked).status_code == 303
    assert admin.post("/admin/factor/end", data=asked).status_code == 422, "who asked for it does not do it"
    assert sealed.accounts.factors.is_on("adopter")
    second_administrator(sealed)
    other = sign_in(sealed, "second")
    assert other.post("/admin/factor/end", data=asked | {"form_key": form_key(other)}).status_code == 303
    assert sign_in(sealed, "adopter").get("/account").status_code == 200
    sealed.note("administrator", "sign_out").result(60)
    acts = sealed.duck.rows(
        "SELECT did, login FROM desk_act WHERE did LIKE 'factor%' AND login <> 'auditor' ORDER BY fact"
    )
    assert acts == [
        ("factor", "author"),
        ("factor_end", "author"),
        ("factor", "adopter"),
        ("factor_asked", "administrator"),
        ("factor_end", "second"),
    ]


def test_a_factor_and_a_password_end_what_was_before_them(tmp_path_factory):
    """Older sessions and tokens end; the browser that does it stays signed in under a new secret."""
    own = open_desk(tmp_path_factory.mktemp("older"), passphrase=b"of the node", most_sign_ins_a_minute=1000)
    try:
        for change in ("factor", "password"):
            login = {"factor": "leader", "password": "supervisor"}[change]
            browser, elsewhere = sign_in(own, login), sign_in(own, login)
            token = Token("t", login, frozenset({"see"}), NOW + dt.timedelta(days=1))
            own.accounts.make_token(token, f"secret of {login}", NOW)
            before, head = browser.cookies["desk_session"], {"authorization": f"Bearer secret of {login}"}
            assert visitor(own).get("/api/v1/me", headers=head).status_code == 200
            if change == "factor":
                turned_on(browser)
            else:
                assert post(browser, "/password", password=PASSWORD, new=NEW, again=NEW).status_code == 303
            assert browser.cookies["desk_session"] != before
            assert browser.get("/findings").status_code == 200
            assert post(browser, "/sessions/end").status_code == 303, (
                "the page after it bears the key of the new session"
            )
            assert elsewhere.get("/findings").status_code == 401
            assert visitor(own).get("/api/v1/me", headers=head).status_code == 401
    finally:
        own.stop()


def test_a_secret_is_never_kept_in_the_open(server, sealed):
    """Without a passphrase of the node nothing is stored; with one, the file does not disclose it."""
    refused = post(sign_in(server, "leader"), "/factor", password=PASSWORD)
    assert refused.status_code == 422
    assert "desk.secret" in refused.text
    kept = sealed.accounts.factors.kept("auditor")
    assert not kept or kept.startswith("argon2id:")


def test_one_sees_and_ends_ones_own_sessions(sealed):
    """Signing out everywhere else leaves this browser signed in."""
    browser, elsewhere = sign_in(sealed, "group"), sign_in(sealed, "group")
    assert post(browser, "/sessions/end").status_code == 303
    assert elsewhere.get("/findings").status_code == 401
    assert browser.get("/findings").status_code == 200


def test_codes_are_tried_at_the_rate_of_signing_in(tmp_path_factory):
    """The page for codes allows the same few tries a minute as the page for passwords."""
    few = open_desk(tmp_path_factory.mktemp("few"), most_sign_ins_a_minute=3)
    try:
        browser = visitor(few)
        answers = [browser.post("/sign-in/code", data={"code": "1"}).status_code for _ in range(5)]
        assert answers == [401, 401, 401, 429, 429]
    finally:
        few.stop()


def _half(sealed, login):
    browser = visitor(sealed)
    assert browser.post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 200
    return browser


def test_a_recovery_code_stands_in_for_the_device_once(sealed):
    """Ten are shown once and stored as digests; one signs in once, the ledger records it, and new ones end the old."""
    secret, codes = turned_on(sign_in(sealed, "finance"))
    assert len(set(codes)) == 10
    kept = (
        sealed.folder.joinpath("accounts.sqlite").read_bytes()
        + sealed.folder.joinpath("accounts.sqlite-wal").read_bytes()
    )
    assert codes[0].encode() not in kept
    assert codes[0].replace("-", "").encode() not in kept
    browser = _half(sealed, "finance")
    assert browser.post("/sign-in/code", data={"code": "AAAA-BBBB-CCCC-DDDD"}).status_code == 401
    assert browser.post("/sign-in/code", data={"code": codes[0].lower().replace("-", " ")}).status_code == 303
    page = browser.get("/account").text
    assert codes[1] not in page
    assert "尚余 9 个" in page
    assert _half(sealed, "finance").post("/sign-in/code", data={"code": codes[0]}).status_code == 401
    renewed = post(browser, "/recovery", password=PASSWORD, code=code_of(secret, step_of(NOW)))
    fresh = re.findall(r"<code>((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})</code>", renewed.text)
    assert not {*fresh} & {*codes}
    assert _half(sealed, "finance").post("/sign-in/code", data={"code": codes[1]}).status_code == 401
    sealed.note("finance", "sign_out").result(60)
    acts = sealed.duck.rows("SELECT did, detail FROM desk_act WHERE login = 'finance' ORDER BY fact")
    assert ("sign_in", "recovery") in acts
    assert ("factor", "recovery codes") in acts


def test_the_address_is_a_picture_drawn_here(sealed):
    """The page shows the secret as a QR code without script, style or a foreign service."""
    page = post(sign_in(sealed, "leader"), "/factor", password=PASSWORD).text
    path = re.search(r'class="qr" viewBox="0 0 (\d+) \1"[^>]*><path d="(M[^"]+)"', page)
    assert int(path[1]) > 40
    assert path[2].count("M") > 500


def test_a_role_that_owes_a_factor_sees_nothing_before_it(tmp_path_factory):
    """Pages lead to the account, calls are rejected; with the factor all pages open, and other roles need none."""
    owing = open_desk(
        tmp_path_factory.mktemp("owing"), passphrase=b"of the node", factor_roles=frozenset({"administrator"})
    )
    try:
        browser = sign_in(owing, "administrator")
        for path in ("/", "/admin", "/ledger", "/nowhere-yet"):
            answer = browser.get(path)
            assert (answer.status_code, answer.headers.get("location")) in ((303, "/account"), (404, None)), path
            assert 'href="/admin"' not in answer.text
        call = browser.get("/api/v1/me")
        assert (call.status_code, call.json()["refused"][0]["code"]) == (403, "desk.factor")
        page = browser.get("/account").text
        assert "Your role requires a second factor" in page
        key = page.split('data-form-key="', 1)[1].split('"', 1)[0]
        shown = browser.post("/account/factor", data={"form_key": key, "password": PASSWORD}).text
        secret = base64.b32decode(re.search(r"secret=([A-Z2-7]{32})", shown)[1])
        code = code_of(secret, step_of(NOW))
        assert browser.post("/account/factor/on", data={"form_key": key, "code": code}).status_code == 200
        assert browser.get("/admin").status_code == 200
        assert sign_in(owing, "supervisor").get("/findings").status_code == 200
    finally:
        owing.stop()


def test_where_passwords_are_off_none_opens_the_door(tmp_path_factory):
    """The right password is answered like a wrong one, and the page does not ask for any."""
    closed = open_desk(tmp_path_factory.mktemp("closed"), has_passwords=False)
    try:
        browser = visitor(closed)
        assert browser.post("/sign-in", data={"login": "leader", "password": PASSWORD}).status_code == 401
        assert 'name="password"' not in browser.get("/sign-in").text
    finally:
        closed.stop()
