"""Every error has the five fields of a refusal, whichever way it came about."""

import re
from dataclasses import replace
from threading import Event

import pytest
from starlette.testclient import TestClient

from comptroller.web.app import make_app
from comptroller.web.runtime.settings import Settings
from comptroller.web.shell.errors import value_wanted
from comptroller.web.shell.middleware import Middleware
from comptroller.web.shell.rendering import render_refusals
from tests.consoles import ORIGIN, form_key, mark, visitor

FIELDS = {"code", "file", "line", "field", "seen", "expected", "mend"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nowhere", 404, "desk.absent"),
        ("/api/v1/findings/F-none", 404, "desk.absent"),
        ("/api/v1/findings?limit=0", 422, "desk.value"),
        ("/api/v1/findings?valid=x", 422, "desk.day"),
    ],
)
def test_errors_of_calls_have_one_form(browser, path, status, code):
    """JSON, a list of refusals, each with a stable code and a fix in both languages."""
    answer = browser("supervisor").get(path)
    assert answer.status_code == status
    (one,) = answer.json()["refused"]
    assert set(one) == FIELDS
    assert one["code"] == code
    assert one["mend"]["zh"]
    assert one["mend"]["en"]


def test_errors_of_pages_are_pages(browser):
    """A person reads what was received, what was expected and how to fix it, in their language."""
    page = browser("supervisor").get("/findings/F-none")
    assert page.status_code == 404
    assert "desk.absent" in page.text
    assert "within your reach" in page.text
    assert browser("supervisor", "zh").get("/nowhere").status_code == 404
    assert browser("administrator").get("/findings").status_code == 403
    assert "管理用户与授权" in browser("supervisor", "zh").get("/admin").text, "the act that is not granted, in words"


@pytest.mark.parametrize(
    ("fault", "zh", "en"),
    [
        ({"type": "int_parsing", "msg": "m"}, "整数", "a whole number"),
        ({"type": "string_too_long", "ctx": {"max_length": 9}, "msg": "m"}, "至多 9 个字符", "at most 9 characters"),
        ({"type": "string_too_long", "msg": "told without its length"}, "符合接口说明的值", "told without its length"),
        ({"type": "never_heard_of", "msg": "m"}, "符合接口说明的值", "m"),
    ],
)
def test_what_a_value_should_be_is_said_in_both_languages(fault, zh, en):
    """Faults of the form library appear in the reader's language, with their figures."""
    text = value_wanted(fault)
    assert (text.zh, text.en) == (zh, en)


def test_a_wrong_value_is_told_in_chinese(browser):
    """The page names the field, what was seen and what was expected; no word of the library is on it."""
    page = browser("supervisor", "zh").get("/findings?page=a")
    assert page.status_code == 422
    assert "整数" in page.text
    assert "valid integer" not in page.text


@pytest.fixture(scope="module")
def strict(server):
    """Return a function from a browser to one of the same desk with small bodies and a page that fails."""
    app = make_app(server)._app

    @app.get("/breaks")
    def breaks():
        raise ZeroDivisionError("the inside of the house")

    guarded = Middleware(app, Settings(most_body_bytes=2000), render_refusals)

    def of(browser):
        return TestClient(
            guarded,
            base_url=ORIGIN,
            headers={"origin": ORIGIN},
            cookies=dict(browser.cookies),
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    return of


def _pieces():
    yield from [b"x" * 500] * 9


FAULTS = (
    (403, "GET", "/admin", {}),
    (404, "GET", "/findings/F-none", {}),
    (404, "GET", "/nowhere", {}),
    (404, "GET", "/static/nothing.css", {}),
    (405, "POST", "/findings", {"content": b""}),
    (413, "POST", "/findings/views", {"content": b"x" * 3000}),
    (413, "POST", "/findings/views", {"content": _pieces}),
    (422, "GET", "/findings?page=a", {}),
    (422, "GET", "/findings?valid=x", {}),
    (500, "GET", "/breaks", {}),
)


def _asked(browser, method, path, more):
    said = {"content": _pieces()} if more.get("content") is _pieces else more
    head = {"content-type": "application/x-www-form-urlencoded"} if more else {}
    return browser.request(method, path, headers=head, **said)


@pytest.mark.parametrize(("status", "method", "path", "more"), FAULTS)
def test_whoever_is_signed_in_stays_in_the_house(strict, browser, status, method, path, more):
    """After any error the menu, the language and sign-out remain; nothing internal is disclosed."""
    for language, word in (("en", "To the overview"), ("zh", "返回概览")):
        answer = _asked(strict(browser("supervisor", language)), method, path, more)
        assert answer.status_code == status, answer.text
        assert 'href="/findings"' in answer.text
        assert 'action="/sign-out"' in answer.text
        assert word in answer.text
        assert "inside of the house" not in answer.text


@pytest.mark.parametrize(("status", "method", "path", "more"), FAULTS)
def test_a_stranger_is_told_on_a_bare_page(server, strict, status, method, path, more):
    """No menu, no form key, no clock and no count; an address for signed-in users shows the sign-in form."""
    answer = _asked(strict(visitor(server)), method, path, more)
    assert answer.status_code in (status, 401)
    assert "<nav" not in answer.text
    assert "data-form-key" not in answer.text
    assert 'id="state"' not in answer.text


def test_the_door_leads_back_to_where_one_was(server):
    """The query of the address is included."""
    assert 'value="/findings?state=all&amp;page=2"' in visitor(server).get("/findings?state=all&page=2").text


def test_programs_are_told_in_json_what_the_guard_refuses(strict, browser):
    """A call with a body that is too large, declared or counted, gets the usual form."""
    bound = strict(browser("supervisor"))
    key = {"x-form-key": form_key(browser("supervisor"))}
    for content in (b"x" * 3000, _pieces()):
        answer = bound.post("/api/v1/queries", content=content, headers=key | {"content-type": "application/json"})
        assert (answer.status_code, answer.json()["refused"][0]["code"]) == (413, "desk.body.size")


@pytest.mark.parametrize("head", ["/entities/", "/findings/", "/why?entity=", "/api/v1/entities/", "/api/v1/findings/"])
def test_nobody_can_tell_what_is_out_of_reach_from_what_is_not_there(server, browser, head):
    """The two answers are the same bytes except for the request's own words."""
    finding = server.duck.rows("SELECT finding FROM finding_now WHERE entity = 'B'")[0][0]
    asked = (finding, "F-0123456789abcdef") if "findings" in head else ("B", "Z")
    one = browser("group")
    server.outcome_of(
        server.note("group", "sign_in")
    )  # earlier acts are in the ledger by now, so that its size does not move
    answers = [one.get(f"{head}{code}") for code in asked]
    assert answers[0].status_code == answers[1].status_code
    said = [re.sub(rf"""(?<=[/=>D"]){code}(?=["<&])""", "*", a.text) for a, code in zip(answers, asked, strict=True)]
    assert "*" in said[0]
    assert said[0] == said[1]
    assert mark("B") not in said[0]


def test_a_wait_that_takes_too_long_is_no_fault(server, browser):
    """Law: when the engine is late the answer is 503 and states that the request may still be recorded."""
    held, usual, administrator = Event(), server.settings, browser("administrator")
    said = {"login": "late", "name": "Late", "form_key": form_key(administrator)}
    waiting = server.writer.do(lambda _worker: held.wait(60))
    server.settings = replace(usual, most_wait_seconds=0.01)
    try:
        answer = administrator.post("/admin/users", data=said)
    finally:
        server.settings = usual
        held.set()
        waiting.result(60)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "desk.busy" in answer.text
