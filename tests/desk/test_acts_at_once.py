"""Every act of the console in eight threads at once: its effect happens once, and a new act without a place here fails.

Each act is a function from a world of its own to what is sent by each thread, and to the count of its effects.
"""

import base64
import datetime as dt
import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from comptroller.access.accounts import Token
from comptroller.access.factors import code_of, step_of
from comptroller.access.handovers import FACTOR_END, TOKEN
from comptroller.access.identities import Identity
from comptroller.desk import hooks, proposals
from comptroller.desk.oidc_settings import ProviderSettings
from comptroller.desk.seals import seal
from tests.casedesks import open_case_desk, release, the_case
from tests.desk.test_every_route import routes
from tests.desks import NOW, ORIGIN, PASSWORD, facts_of, form_key, open_desk, second_administrator, sign_in, visitor
from tests.worlds import OWNER

THREADS = 8
NEW = "another long password"
SECRET = b"12345678901234567890"
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
"""Routes that change nothing, or of which each request has an effect of its own."""
ELSEWHERE = {
    "POST /cases/{case_id}/letters": "tests/desk/test_settling.py",
    "POST /api/v1/cases/{case_id}/letters": "tests/desk/test_settling.py",
    "POST /tips/key": "tests/desk/test_tipbox.py",
    "POST /tips/{number}": "tests/desk/test_tipbox.py",
    "POST /tips/{number}/closing": "tests/desk/test_tipbox.py",
}
"""Routes of letters and of tip-offs, which are held by the tests of their own files."""


def at_once(send):
    """Send in all threads at the same moment; gives the answers."""
    gate = Barrier(THREADS)

    def one(_):
        gate.wait()
        return send()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def posting(browser, path, /, **form):
    """Give a function that posts a form of the browser's session, with cookies as they are now."""
    data, cookies = {"form_key": form_key(browser)} | form, dict(browser.cookies)

    def send():
        return browser.post(path, data=data, headers={"cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})

    return send


def acts(desk, did):
    """Give how many acts of that name the ledger tells."""
    desk.note("leader", "sign_out").result(60)
    return desk.duck.rows("SELECT count(*) FROM desk_act WHERE did = ?", [did])[0][0]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A desk with a passphrase and a provider, on which sign-ins are not limited."""
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
    """A desk with a case that the firm was told of."""
    opened = release(open_case_desk(tmp_path_factory.mktemp("once-cases")))
    yield opened
    opened.stop()


def admin(own, path, /, **form):
    return posting(sign_in(own, "administrator"), path, **form)


def make_user(own):
    send = admin(own, "/admin/users", login="fresh", name="fresh")
    return send, lambda _: own.duck.rows("SELECT count(*) FROM main.all_desk_user WHERE login = 'fresh'")[0][0]


def link(own):
    send = admin(own, "/admin/password", login="leader")
    return send, lambda _: len([one for one in own.accounts.handovers.links(NOW) if one.login == "leader"])


def release_link(own):
    own.accounts.handovers.issue("a link", "leader", "second", NOW, needs_proof=True)
    return admin(own, "/admin/links/release", login="leader"), lambda _: acts(own, "released")


def end_link(own):
    own.accounts.handovers.issue("a link", "leader", "second", NOW, needs_proof=True)
    return admin(own, "/admin/links/end", login="leader"), lambda _: acts(own, "link_end")


def take_up(own):
    own.accounts.handovers.issue("for group", "group", "second", NOW, needs_proof=False)
    browser = visitor(own)
    data = {"link": "for group", "new": PASSWORD, "again": PASSWORD}
    return lambda: browser.post("/take-up", data=data), lambda _: acts(own, "taken_up")


def factor_of(own, login, *, is_on=True):
    own.accounts.factors.end(login)
    own.accounts.factors.offer(login, seal(SECRET, b"of the node", b"0" * 12))
    if is_on:
        assert own.accounts.factors.check(login, SECRET, code_of(SECRET, step_of(NOW) - 1), NOW)


def end_factor(own):
    factor_of(own, "auditor")
    own.accounts.handovers.offer("auditor", FACTOR_END, {}, "second", NOW)
    return admin(own, "/admin/factor/end", login="auditor"), lambda _: acts(own, "factor_end")


def grant(own):
    form = {"login": "leader", "role": "auditor", "entity": "G1", "reason": "r", "valid_from": "2024-06-01"}
    sql = "SELECT count(*) FROM main.all_access_grant WHERE login = 'leader' AND role = 'auditor'"
    return admin(own, "/admin/grants", **form), lambda _: own.duck.rows(sql)[0][0]


def end_grant(own):
    fact = {"granted_by": OWNER, "grant": "G-END", "login": "leader", "role": "author", "entity": "G1", "reason": "r"}
    own.said(own.say("access_grant", [fact | {"valid_from": "2024-06-01"}]))
    return admin(own, "/admin/grants/end", grant="G-END"), lambda _: acts(own, "grant_end")


def offer_token(own):
    send = admin(own, "/admin/tokens", login="leader", name="program", scope="see")
    return send, lambda _: len([o for o in own.accounts.handovers.offers(NOW, "leader") if o.purpose == TOKEN])


def end_offer(own):
    own.accounts.handovers.offer("author", TOKEN, {"name": "x", "scope": ["see"], "days": 1}, "second", NOW)
    [one] = own.accounts.handovers.offers(NOW, "author")
    return admin(own, "/admin/offers/end", number=one.number), lambda _: acts(own, "offer_end")


def held_token(own, login):
    name = f"token {own.chance()[:6]}"
    own.accounts.make_token(Token(name, login, frozenset({"see"}), NOW + dt.timedelta(days=1)), own.chance(), NOW)
    return next(one for one in own.accounts.tokens() if one.name == name)


def end_token(own):
    before = acts(own, "token_end")
    send = admin(own, "/admin/tokens/end", digest=held_token(own, "adopter").digest)
    return send, lambda _: acts(own, "token_end") - before


def end_own_token(own):
    before, token = acts(own, "token_end"), held_token(own, "adopter")
    send = posting(sign_in(own, "adopter"), "/account/tokens/end", digest=token.digest)
    return send, lambda _: acts(own, "token_end") - before


def end_sessions(own):
    before = acts(own, "sessions_end")
    sign_in(own, "finance")
    return admin(own, "/admin/sessions/end", login="finance"), lambda _: acts(own, "sessions_end") - before


def offer_identity(own):
    send = admin(own, "/admin/identities", login="leader", subject="lea")
    return send, lambda _: acts(own, "identity_offered")


def end_identity(own):
    own.accounts.identities.link(Identity("https://login.example", "x", "finance"), NOW)
    send = admin(own, "/admin/identities/end", issuer="https://login.example", subject="x")
    return send, lambda _: acts(own, "identity_end")


def make_hook(own):
    send = admin(own, "/admin/hooks", login="group", url="https://example.com/once")
    return send, lambda _: len([one for one in hooks.hooks_of(own.shelf) if one.url.endswith("/once")])


def end_hook(own):
    hooks.keep(own.shelf, hooks.Hook("H-END", "group", "https://example.com/end", "env:COMPTROLLER_SECRET_A"))
    return admin(own, "/admin/hooks/end", hook="H-END"), lambda _: acts(own, "hook_end")


def change_password(own):
    own.accounts.set_password("finance", PASSWORD)
    send = posting(sign_in(own, "finance"), "/account/password", password=PASSWORD, new=NEW, again=NEW)
    return send, lambda answers: sum(one.status_code == 303 for one in answers)


def offer_factor(own):
    own.accounts.factors.end("supervisor")
    send = posting(sign_in(own, "supervisor"), "/account/factor", password=PASSWORD)
    return send, lambda _: bool(own.accounts.factors.kept("supervisor")) and not own.accounts.factors.is_on("supervisor")


def turn_on(own):
    before = acts(own, "factor")
    factor_of(own, "supervisor", is_on=False)
    send = posting(sign_in(own, "supervisor"), "/account/factor/on", code=code_of(SECRET, step_of(NOW)))
    return send, lambda _: acts(own, "factor") - before


def with_factor(own, login):
    """Give a browser of somebody whose factor was turned on after it was signed in."""
    own.accounts.factors.end(login)
    browser = sign_in(own, login)
    factor_of(own, login)
    return browser


def renew(own):
    before, code = acts(own, "factor"), code_of(SECRET, step_of(NOW))
    send = posting(with_factor(own, "adopter"), "/account/recovery", password=PASSWORD, code=code)
    return send, lambda _: acts(own, "factor") - before


def turn_off(own):
    before, code = acts(own, "factor_end"), code_of(SECRET, step_of(NOW))
    send = posting(with_factor(own, "adopter"), "/account/factor/end", password=PASSWORD, code=code)
    return send, lambda _: acts(own, "factor_end") - before


def end_elsewhere(own):
    browser = sign_in(own, "discipline")
    send = posting(browser, "/account/sessions/end")
    return send, lambda _: len([one for one in own.accounts.sessions() if one[0] == "discipline"])


def take_offer(own):
    own.accounts.handovers.offer("group", TOKEN, {"name": "once", "scope": ["see"], "days": 1}, "second", NOW)
    number = own.accounts.handovers.offers(NOW, "group")[-1].number
    send = posting(sign_in(own, "group"), "/account/offers", number=number, does="take", password=PASSWORD)
    return send, lambda _: len([one for one in own.accounts.tokens() if one.name == "once"])


def give_code(own):
    factor_of(own, "discipline")
    browser = visitor(own)
    assert browser.post("/sign-in", data={"login": "discipline", "password": PASSWORD}).status_code == 200
    half = {"cookie": f"desk_half={browser.cookies['desk_half']}"}
    data = {"code": code_of(SECRET, step_of(NOW))}
    send = lambda: browser.post("/sign-in/code", data=data, headers=half)  # noqa: E731 - as the others are
    return send, lambda answers: sum(one.status_code == 303 for one in answers)


def sign_out(own):
    before = acts(own, "sign_out")
    send = posting(sign_in(own, "author"), "/sign-out")
    return send, lambda _: acts(own, "sign_out") - before - 1


def save_view(own):
    send = posting(sign_in(own, "group"), "/findings/views", name="mine", said="state=open")
    return send, lambda _: len(own.shelf.saved("group", "findings"))


def send_form(own):
    row = {f"field_{name}": value for name, value in (facts_of("A")[0] | {"payment": "P-FORM"}).items()}
    send = posting(sign_in(own, "reporter"), "/reporting/form/payment", number="F-1", reporter="A", **row)
    return send, lambda _: entries_named(own, "payment-form.json", 0)


def entries_named(desk, name, size):
    """Give how many entries after one came under that name."""
    return sum(one.fields["name"] == name for one in desk.heads.between(size + 1, desk.ledger.size))


def send_file(own):
    browser = sign_in(own, "reporter")
    payload = json.dumps({"kind": "payment", "facts": [facts_of("A")[0] | {"payment": "P-FILE"}]}).encode()
    data = {"form_key": form_key(browser), "number": "F-2", "reporter": "A"}
    return (
        lambda: browser.post("/reporting/send", data=data, files={"file": ("once.json", payload)}),
        lambda _: entries_named(own, "once.json", 0),
    )


def send_report(own):
    browser = sign_in(own, "reporter")
    head = {"x-form-key": form_key(browser), "idempotency-key": "K-1"}
    payload = json.dumps({"kind": "payment", "facts": [facts_of("A")[0] | {"payment": "P-CALL"}]})

    def count(answers):
        assert {one.status_code for one in answers} == {201}
        assert len({one.text for one in answers}) == 1, "all get the same answer"
        other = browser.post("/api/v1/reports?name=call.json", content=payload + " ", headers=head)
        assert other.status_code == 409
        return entries_named(own, "call.json", 0)

    return lambda: browser.post("/api/v1/reports?name=call.json", content=payload, headers=head), count


def proposed(own):
    """Give the proposal that is to be replayed."""
    return str(own.shelf.rows("SELECT proposal FROM proposal WHERE state = 'open'")[0][0])


def propose(own):
    path = next(name for name in own.pack.files if name.startswith("base/params/") or "/params/" in name)
    text = own.pack.files[path].decode() + "\n# once\n"
    send = posting(sign_in(own, "author"), "/policy/propose", path=path, text=text, why="once")
    return send, lambda _: len([one for one in proposals.proposals(own) if one.text.endswith("# once\n")])


def ended(own, name):
    """Wait until no job about a proposal is open."""
    while own.jobs.open_about(name):
        own.writer.do(lambda _worker: None).result(60)


def replay(own):
    name = proposed(own)
    send = posting(sign_in(own, "author"), f"/policy/proposals/{name}/replay")

    def count(_):
        ended(own, name)
        return acts(own, "replay")

    return send, count


def shadow(own):
    name = str(own.shelf.rows("SELECT proposal FROM proposal WHERE state = 'replayed'")[0][0])
    send = posting(sign_in(own, "author"), f"/policy/proposals/{name}/shadow")
    return send, lambda _: acts(own, "shadow")


def end_shadow(own):
    name = str(own.shelf.rows("SELECT proposal FROM shadow WHERE state = 'runs'")[0][0])
    send = posting(sign_in(own, "author"), f"/policy/proposals/{name}/shadow-end")
    return send, lambda _: acts(own, "shadow_end")


def adopt(own):
    name = str(own.shelf.rows("SELECT proposal FROM proposal WHERE state = 'replayed'")[0][0])
    send = posting(sign_in(own, "adopter"), f"/policy/proposals/{name}/adopt")

    def count(_):
        ended(own, name)
        return acts(own, "adopt")

    return send, count


def withdraw(own):
    send, _ = propose(own)
    path = re.search(r"/policy/proposals/\w+", send().headers["location"]).group(0)
    return posting(sign_in(own, "author"), f"{path}/withdraw"), lambda _: acts(own, "withdraw")


OWN_ACTS = {
    "POST /admin/users": make_user, "POST /admin/password": link, "POST /admin/links/release": release_link,
    "POST /admin/links/end": end_link, "POST /take-up": take_up, "POST /admin/factor/end": end_factor,
    "POST /admin/grants": grant, "POST /admin/grants/end": end_grant, "POST /admin/tokens": offer_token,
    "POST /admin/offers/end": end_offer, "POST /admin/tokens/end": end_token, "POST /admin/sessions/end": end_sessions,
    "POST /admin/identities": offer_identity, "POST /admin/identities/end": end_identity, "POST /admin/hooks": make_hook,
    "POST /admin/hooks/end": end_hook, "POST /account/factor": offer_factor, "POST /account/factor/on": turn_on,
    "POST /account/recovery": renew, "POST /account/factor/end": turn_off, "POST /account/sessions/end": end_elsewhere,
    "POST /account/offers": take_offer, "POST /account/tokens/end": end_own_token, "POST /sign-in/code": give_code,
    "POST /sign-out": sign_out, "POST /findings/views": save_view, "POST /reporting/form/{kind}": send_form,
    "POST /reporting/send": send_file, "POST /api/v1/reports": send_report, "POST /policy/propose": propose,
    "replay": replay, "shadow": shadow, "shadow-end": end_shadow, "adopt": adopt, "withdraw": withdraw, "POST /account/password": change_password,
}  # fmt: skip
"""By route, or by act of a proposal: what is sent at once, and what is counted; in an order in which each finds what it needs."""


@pytest.mark.parametrize("name", OWN_ACTS)
def test_an_act_at_once_happens_once(own, name):
    """Eight threads send the same at the same moment; no answer is a fault, and the effect is one."""
    send, count = OWN_ACTS[name](own)
    answers = at_once(send)
    assert {one.status_code for one in answers} <= {200, 201, 303, 401, 403, 404, 422}, [a.text for a in answers]
    assert count(answers) == 1


def act_in_case(desk):
    form = {"act": "loss_estimate", "amount_cny": "5", "reason": "r", "number": "N-PAGE"}
    send = posting(sign_in(desk, "internal1"), f"/cases/{the_case(desk)}/acts", **form)
    return send, lambda _: entries_of(desk, "loss_estimate", "N-PAGE", "estimate")


def entries_of(desk, kind, number, key):
    """Give how many entries of the ledger hold an act with that number."""
    found = 0
    for one in range(1, desk.ledger.size + 1):
        text = desk.ledger.entry(one).payload or b""
        found += f'"{key}": "{number}"'.encode() in text
    return found


def call_in_case(desk):
    browser = sign_in(desk, "internal1")
    head, said = {"x-form-key": form_key(browser)}, {"act": "loss_estimate", "amount_cny": "6", "reason": "r", "number": "N-CALL"}
    send = lambda: browser.post(f"/api/v1/cases/{the_case(desk)}/acts", json=said, headers=head)  # noqa: E731
    return send, lambda _: entries_of(desk, "loss_estimate", "N-CALL", "estimate")


def answer_in_inbox(desk):
    form = {"act": "explain", "reason": "r", "number": "N-FIRM"}
    send = posting(sign_in(desk, "firm"), f"/inbox/{the_case(desk)}/acts", **form)
    return send, lambda _: entries_of(desk, "enterprise_answer", "N-FIRM", "answer")


def waits(desk):
    """Give the number of an act that waits for a second officer, and how many entries there are."""
    browser = sign_in(desk, "internal1")
    form = {"act": "responsibility", "person": "P1", "degree": "direct", "inquired_on": "2024-03-01"}
    head = {"x-form-key": form_key(browser)}
    done = browser.post(f"/api/v1/cases/{the_case(desk)}/acts", json=form, headers=head)
    assert done.status_code == 202, done.text
    return done.json()["waits"], desk.ledger.size


def settle_on_page(desk):
    number, size = waits(desk)
    send = posting(sign_in(desk, "internal2"), f"/cases/{the_case(desk)}/waiting/{number}", does="approve")
    return send, lambda _: new_acts(desk, size)


def settle_by_call(desk):
    form = {"act": "suppression", "valid_until": "2024-06-01", "reason": "r"}
    one, two = sign_in(desk, "internal1"), sign_in(desk, "internal2")
    path = f"/api/v1/cases/{the_case(desk)}"
    number = one.post(f"{path}/acts", json=form, headers={"x-form-key": form_key(one)}).json()["waits"]
    size, head = desk.ledger.size, {"x-form-key": form_key(two)}
    send = lambda: two.post(f"{path}/waiting/{number}", json={"approve": True}, headers=head)  # noqa: E731
    return send, lambda _: new_acts(desk, size)


def new_acts(desk, size):
    """Give how many entries of acts in cases came after an entry."""
    return entries_named(desk, "desk-case.json", size)


CASE_ACTS = {
    "POST /cases/{case_id}/acts": act_in_case, "POST /api/v1/cases/{case_id}/acts": call_in_case,
    "POST /inbox/{case_id}/acts": answer_in_inbox, "POST /cases/{case_id}/waiting/{number}": settle_on_page,
    "POST /api/v1/cases/{case_id}/waiting/{number}": settle_by_call,
}  # fmt: skip


@pytest.mark.parametrize("name", CASE_ACTS)
def test_an_act_in_a_case_at_once_happens_once(caseful, name):
    """One entry of the ledger, and every answer tells the same or that there is nothing left to do."""
    send, count = CASE_ACTS[name](caseful)
    answers = at_once(send)
    assert {one.status_code for one in answers} <= {200, 201, 202, 303, 404, 422}, [a.text for a in answers]
    assert count(answers) == 1


def test_every_act_has_its_place():
    """A route that changes something and that nobody thought of here fails."""
    there = {one for one in routes() if one.startswith("POST ") and not one.startswith("POST /public")}
    assert there == {n for n in (*OWN_ACTS, *CASE_ACTS) if n.startswith("POST ")} | NOT_ACTS.keys() | ELSEWHERE.keys()


def test_wrong_passwords_at_once_are_all_counted(own):
    """Thirty at once: thirty failures, and the wait comes; another client, and the user's own browser, are let in."""
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
    """A recovery code given eight times at once opens once."""
    factor_of(own, "author")
    code = base64.b32encode(b"0123456789").decode()
    own.accounts.factors.renew_recovery("author", [code], "salt")
    assert sum(at_once(lambda: own.accounts.factors.recover("author", code, NOW))) == 1
