"""Every act of the console in eight threads at once: its effect happens once, and a new act without a place here fails."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from comptroller.access.second_factor import code_of, step_of
from comptroller.web.runtime.oidc_settings import ProviderSettings
from tests.case_consoles import open_case_desk, release
from tests.consoles import NOW, ORIGIN, PASSWORD, open_desk, second_administrator, sign_in, visitor
from tests.web import acts_of_accounts as acc, acts_of_work as work
from tests.web.at_once import SECRET, at_once, factor_of
from tests.web.test_every_route import routes

NOT_ACTS = {
    "POST /ask": "a question; each is noted",
    "POST /api/v1/queries": "a question; each is noted",
    "POST /authority": "a question; each answer is an entry of its own",
    "POST /api/v1/checks": "a question; each answer is an entry of its own",
    "POST /ledger/verify": "reads",
    "POST /policy/proposals/{name}/{act}": "held below for each act",
    "POST /cases/{case_id}/letters/draft": "reads",
    "POST /sign-in": "each browser gets a session of its own",
    "POST /api/v1/stream": "each stream is reports of its own",
}
"""Routes that change nothing, or that have an effect of their own for each request."""
ELSEWHERE = {
    "POST /cases/{case_id}/letters": "tests/web/cases/test_approvals.py",
    "POST /api/v1/cases/{case_id}/letters": "tests/web/cases/test_approvals.py",
    "POST /tips/key": "tests/web/tips/test_mailbox.py",
    "POST /tips/{number}": "tests/web/tips/test_mailbox.py",
    "POST /tips/{number}/closing": "tests/web/tips/test_mailbox.py",
}
"""Routes of letters and of tip-offs, which are held by the tests of their own files."""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Yield a console with a passphrase and a provider, without a limit of sign-ins."""
    named = ProviderSettings("https://login.example", "c", ORIGIN)
    opened = open_desk(
        tmp_path_factory.mktemp("once"), passphrase=b"of the node", most_sign_ins_a_minute=100_000, provider=named,
        most_requests_a_minute=100_000,
    )  # fmt: skip
    second_administrator(opened)
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def caseful(tmp_path_factory):
    """Yield a console with a case that the firm knows."""
    opened = release(open_case_desk(tmp_path_factory.mktemp("once-cases")))
    yield opened
    opened.stop()


OWN_ACTS = {
    "POST /admin/users": acc.make_user, "POST /admin/password": acc.link, "POST /admin/links/release": acc.release_link,
    "POST /admin/links/end": acc.end_link, "POST /take-up": acc.take_up, "POST /admin/factor/end": acc.end_factor,
    "POST /admin/grants": acc.grant, "POST /admin/grants/end": acc.end_grant, "POST /admin/tokens": acc.offer_token,
    "POST /admin/offers/end": acc.end_offer, "POST /admin/tokens/end": acc.end_token, "POST /admin/sessions/end": acc.end_sessions,
    "POST /admin/identities": acc.offer_identity, "POST /admin/identities/end": acc.end_identity, "POST /admin/hooks": acc.make_hook,
    "POST /admin/hooks/end": acc.end_hook, "POST /account/factor": acc.offer_factor, "POST /account/factor/on": acc.turn_on,
    "POST /account/recovery": acc.renew, "POST /account/factor/end": acc.turn_off, "POST /account/sessions/end": acc.end_elsewhere,
    "POST /account/offers": acc.take_offer, "POST /account/tokens/end": acc.end_own_token, "POST /sign-in/code": acc.give_code,
    "POST /sign-out": acc.sign_out, "POST /findings/views": work.save_view, "POST /reporting/form/{kind}": work.send_form,
    "POST /reporting/send": work.send_file, "POST /api/v1/reports": work.send_report, "POST /policy/propose": work.propose,
    "replay": work.replay, "shadow": work.shadow, "shadow-end": work.end_shadow, "adopt": work.adopt, "withdraw": work.withdraw, "POST /account/password": acc.change_password,
}  # fmt: skip
"""By route, or by act of a proposal: what is sent at once, and what is counted; each act finds the state that
it needs.
"""


@pytest.mark.parametrize("name", OWN_ACTS)
def test_an_act_at_once_happens_once(own, name):
    """Eight threads send the same at the same moment; no answer is a fault, and the effect is one."""
    send, count = OWN_ACTS[name](own)
    answers = at_once(send)
    assert {one.status_code for one in answers} <= {200, 201, 303, 401, 403, 404, 422}, [a.text for a in answers]
    assert count(answers) == 1


CASE_ACTS = {
    "POST /cases/{case_id}/acts": work.act_in_case, "POST /api/v1/cases/{case_id}/acts": work.call_in_case,
    "POST /inbox/{case_id}/acts": work.answer_in_inbox, "POST /cases/{case_id}/waiting/{number}": work.settle_on_page,
    "POST /api/v1/cases/{case_id}/waiting/{number}": work.settle_by_call,
}  # fmt: skip


@pytest.mark.parametrize("name", CASE_ACTS)
def test_an_act_in_a_case_at_once_happens_once(caseful, name):
    """One entry of the ledger, and every answer is the same or states that there is nothing left to do."""
    send, count = CASE_ACTS[name](caseful)
    answers = at_once(send)
    assert {one.status_code for one in answers} <= {200, 201, 202, 303, 404, 422}, [a.text for a in answers]
    assert count(answers) == 1


def test_every_act_has_its_place():
    """A route that changes something and is not listed here fails."""
    there = {one for one in routes() if one.startswith("POST ") and not one.startswith("POST /public")}
    assert there == {n for n in (*OWN_ACTS, *CASE_ACTS) if n.startswith("POST ")} | NOT_ACTS.keys() | ELSEWHERE.keys()


def test_wrong_passwords_at_once_are_all_counted(own):
    """Thirty at once: thirty failures, and the wait comes; another client, and the user's own browser, can sign in."""
    known = sign_in(own, "leader")
    before = own.accounts.throttle.failures("password leader")
    with ThreadPoolExecutor(30) as pool:
        wrong = {"login": "leader", "password": "wrong"}
        answers = list(pool.map(lambda _: visitor(own).post("/sign-in", data=wrong).status_code, range(30)))
    assert set(answers) == {401}
    assert own.accounts.throttle.failures("password leader") - before == 30
    right = {"login": "leader", "password": PASSWORD}
    assert visitor(own).post("/sign-in", data=right).status_code == 401
    assert known.post("/sign-in", data=right).status_code == 303
    assert own.accounts.check("leader", PASSWORD, NOW, "203.0.113.9")


def test_codes_at_once_count_once(own):
    """One code in six browsers, each with half a sign-in of its own: one gets in."""
    factor_of(own, "auditor")
    own.accounts.set_password("auditor", PASSWORD)
    halves = []
    for _ in range(6):
        browser = visitor(own)
        assert browser.post("/sign-in", data={"login": "auditor", "password": PASSWORD}).status_code == 200
        halves.append(browser)
    code = code_of(SECRET, step_of(NOW))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: one.post("/sign-in/code", data={"code": code}).status_code, halves))
    assert sorted(answers) == [303, 401, 401, 401, 401, 401]


def test_recovery_codes_at_once_count_once(own):
    """A recovery code sent eight times at once opens once."""
    factor_of(own, "author")
    code = base64.b32encode(b"0123456789").decode()
    own.accounts.factors.renew_recovery("author", [code], "salt")
    assert sum(at_once(lambda: own.accounts.factors.recover("author", code, NOW))) == 1
