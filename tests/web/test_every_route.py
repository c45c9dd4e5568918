"""Every route of the console is listed: every user requests it here, or a named test does; an unlisted route fails."""

import re

import pytest

from comptroller.web.app import CALLS, PAGES
from comptroller.web.public import pages as public_pages
from comptroller.web.tips import public_pages as public_tips
from tests.consoles import PEOPLE, form_key, mark
from tests.house.source import REPOSITORY
from tests.web.addresses import declared, filled
from tests.web.test_reach_everywhere import CODES, covered

CASES = "tests/web/cases/test_pages.py"
QUESTIONS = (
    "SELECT * FROM payment",
    "SELECT * FROM entity",
    "SELECT * FROM finding_now",
    "SELECT p.payee FROM payment AS p JOIN entity AS e ON e.entity = p.entity",
)
OWN_TESTS = {
    "GET /api/v1/events": "tests/web/test_reach_everywhere.py::test_news_are_told_within_reach",
    "GET /policy/proposals/{name}": "tests/web/policy/test_shadow.py::test_a_shadow_is_seen_within_reach",
    "POST /policy/proposals/{name}/{act}": "tests/web/policy/test_shadow.py::test_a_shadow_is_seen_within_reach",
    "POST /policy/propose": "tests/web/policy/test_proposals.py::test_who_may_change_policy_may_do_so_for_everything",
    "GET /strips/rings/{flow}/{name:path}": "tests/web/timelines/test_pages.py", "GET /cases/{case_id}": CASES,
    "POST /cases/{case_id}/acts": CASES, "POST /cases/{case_id}/waiting/{number}": CASES,
    "GET /api/v1/cases/{case_id}": "tests/web/cases/test_api.py", "POST /api/v1/cases/{case_id}/acts": "tests/web/cases/test_api.py",
    "POST /api/v1/cases/{case_id}/waiting/{number}": "tests/web/cases/test_api.py",
    "GET /cases/{case_id}/letters": "tests/web/cases/test_letters_page.py", "POST /cases/{case_id}/letters": "tests/web/cases/test_letters_page.py",
    "POST /cases/{case_id}/letters/draft": "tests/web/cases/test_letters_page.py",
    "GET /cases/{case_id}/letters/{letter}.pdf": "tests/web/cases/test_letters_page.py",
    "GET /cases/{case_id}/letters/waiting/{number}.pdf": "tests/web/cases/test_approvals.py",
    "GET /api/v1/cases/{case_id}/letters": "tests/web/cases/test_approvals.py", "POST /api/v1/cases/{case_id}/letters": "tests/web/cases/test_approvals.py",
    "GET /inbox/{case_id}": "tests/web/cases/test_inbox_page.py", "POST /inbox/{case_id}/acts": "tests/web/cases/test_inbox_page.py",
    "POST /tips/key": "tests/web/tips/test_pages.py", "GET /tips/{number}": "tests/web/tips/test_pages.py",
    "POST /tips/{number}": "tests/web/tips/test_pages.py", "POST /tips/{number}/closing": "tests/web/tips/test_mailbox.py", "POST /authority": "tests/web/authority/test_page.py",
    "POST /findings/views": "tests/web/shell/test_rendering.py::test_a_name_of_a_view_does_not_run",
    "POST /reporting/send": "tests/web/reporting/test_pages.py", "POST /reporting/form/{kind}": "tests/web/reporting/test_pages.py",
    "GET /reporting/refused/{number}": "tests/web/reporting/test_pages.py",
    "GET /reporting/refused/{number}.xlsx": "tests/web/reporting/test_pages.py",
    "POST /ledger/verify": "tests/web/ledger/test_pages.py::test_the_ledger_is_verified_from_the_browser",
    "POST /api/v1/reports": "tests/web/reporting/test_submit.py", "POST /api/v1/stream": "tests/web/reporting/test_api.py",
    "POST /api/v1/checks": "tests/web/authority/test_api.py::test_what_is_out_of_reach_is_not_there",
    "GET /admin/identities": "tests/web/identity/test_provider_pages.py::test_an_administrator_offers_and_the_user_takes_up",
    "GET /sign-in": "tests/web/identity/test_sign_in.py", "GET /language/{language}": "tests/web/identity/test_sign_in.py",
    "GET /oidc/start": "tests/web/identity/test_provider_pages.py", "GET /oidc/back": "tests/web/identity/test_provider_pages.py",
}  # fmt: skip
"""Routes that other tests hold to the reach, or that show nothing of the books."""
OWN_FAMILIES = {
    "POST /sign-": "tests/web/identity/test_sign_in.py",
    "POST /account/": "tests/web/identity/test_account.py",
    "GET /take-up": "tests/web/admin/test_pages.py",
    "POST /take-up": "tests/web/admin/test_pages.py",
    "POST /admin/identities": "tests/web/identity/test_provider_pages.py",
    "POST /admin/": "tests/web/admin/test_pages.py::test_only_administrators_administer",
    "GET /public": "tests/web/public/test_pages.py",
    "POST /public": "tests/web/public/test_pages.py",
}


def routes():
    """Return every route of the app, as method and path."""
    modules = [*((calls, "/api/v1") for calls in CALLS), *((page, "") for page in (*PAGES, public_pages, public_tips))]
    found = {f"{m} {ahead}{one.path}" for module, ahead in modules for one in module.router.routes for m in one.methods}
    return sorted(found)


def fits(route, address):
    """Return whether an address is one of a route."""
    path = route.split(" ", 1)[1]
    parts = re.split(r"\{(\w+)(:path)?\}", path)
    shape = "".join(
        re.escape(part) if n % 3 == 0 else (".+" if parts[n + 1] else "[^/]+") if n % 3 == 1 else ""
        for n, part in enumerate(parts)
    )
    return re.fullmatch(shape, address.partition("?")[0]) is not None


def test_every_route_has_its_place():
    """An unlisted route fails here; a listed address that is no route any more as well."""
    there = routes()
    assert len(there) > 90
    addresses = filled(declared(), findings=["F-0"])
    asked = {route for route in there for one in addresses if route.startswith("GET ") and fits(route, one)}
    asked |= {"POST /ask", "POST /api/v1/queries"}
    families = {route for route in there if route.startswith(tuple(OWN_FAMILIES))}
    assert [route for route in there if route not in asked and route not in OWN_TESTS and route not in families] == []
    assert [route for route in OWN_TESTS if route not in there] == []
    for named in {*OWN_TESTS.values(), *OWN_FAMILIES.values()}:
        path, _, test = named.partition("::")
        assert f"def {test}" in (REPOSITORY / path).read_text(encoding="utf-8"), named


def test_every_declared_address_is_one_of_a_route():
    """A page cannot declare an address that no route answers."""
    there = [route for route in routes() if route.startswith("GET ")]
    addresses = filled(declared(), findings=["F-0"])
    assert [address for address in addresses if not any(fits(route, address) for route in there)] == []


@pytest.mark.parametrize("login", [login for login, _ in PEOPLE if covered(login) != set(CODES)])
def test_nothing_outside_shows_in_answers_to_questions(browser, login):
    """Queries by page and by API return rows within the reach or are rejected."""
    one, mine = browser(login), covered(login)
    key, answers = form_key(one), []
    for sql in QUESTIONS:
        answers.append((sql, one.post("/ask", data={"sql": sql, "form_key": key})))
        answers.append((sql, one.post("/api/v1/queries", json={"sql": sql}, headers={"x-form-key": key})))
    for asked, answer in answers:
        assert answer.status_code in (200, 303, 400, 403, 404, 422), (asked, answer.status_code)
        seen = {e for e in CODES if mark(e) in answer.text}
        assert seen <= mine, (login, asked, seen - mine)
