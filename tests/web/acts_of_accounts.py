"""Acts of accounts and administration: each returns the requests to send at once, and the count of its effects."""

import datetime as dt

from comptroller.access.accounts import Token
from comptroller.access.handovers import FACTOR_END, TOKEN
from comptroller.access.identities import Identity
from comptroller.access.second_factor import code_of, step_of
from comptroller.web.admin import webhooks
from tests.consoles import NOW, PASSWORD, sign_in, visitor
from tests.web.at_once import SECRET, acts, admin, factor_of, posting
from tests.worlds import OWNER

NEW = "another long password"


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
    own.outcome_of(own.report("access_grant", [fact | {"valid_from": "2024-06-01"}]))
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
    return send, lambda _: len([one for one in webhooks.webhooks_of(own.storage) if one.url.endswith("/once")])


def end_hook(own):
    webhooks.keep(
        own.storage, webhooks.Webhook("H-END", "group", "https://example.com/end", "env:COMPTROLLER_SECRET_A")
    )
    return admin(own, "/admin/hooks/end", hook="H-END"), lambda _: acts(own, "hook_end")


def change_password(own):
    own.accounts.set_password("finance", PASSWORD)
    send = posting(sign_in(own, "finance"), "/account/password", password=PASSWORD, new=NEW, again=NEW)
    return send, lambda answers: sum(one.status_code == 303 for one in answers)


def offer_factor(own):
    own.accounts.factors.end("supervisor")
    send = posting(sign_in(own, "supervisor"), "/account/factor", password=PASSWORD)
    return (
        send,
        lambda _: bool(own.accounts.factors.kept("supervisor")) and not own.accounts.factors.is_on("supervisor"),
    )


def turn_on(own):
    before = acts(own, "factor")
    factor_of(own, "supervisor", is_on=False)
    send = posting(sign_in(own, "supervisor"), "/account/factor/on", code=code_of(SECRET, step_of(NOW)))
    return send, lambda _: acts(own, "factor") - before


def with_factor(own, login):
    """Return a browser of a user with a second factor that was turned on after sign-in."""
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
