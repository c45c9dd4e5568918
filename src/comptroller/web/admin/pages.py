"""Administration: users, grants with their terms, tokens, sessions, the writer's state; and the acts of all users."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse, Response

from comptroller.access import viewer_of
from comptroller.access.grants import ADMINISTER, REPORT, ROLES, WATCH, Grant, grants_of
from comptroller.access.handovers import FACTOR_END, TOKEN
from comptroller.access.second_factor import recovery_codes
from comptroller.model.channel import CONSOLE
from comptroller.model.refusal import Refused, refusal
from comptroller.model.text import message
from comptroller.web.runtime import admission
from comptroller.web.shell.auth import Form, may, present
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.translations import texts
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (
    MenuEntry(150, "/acts", "acts", WATCH),
    MenuEntry(160, "/admin", "admin", ADMINISTER),
)
ADDRESSES = ("/acts", "/admin")
"""Addresses that the tests of access open as every role."""
TOKEN_ACTS = tuple(dict.fromkeys(act for acts in ROLES.values() for act in sorted(acts) if act != ADMINISTER))
"""Acts that a token's scope may hold; the grants of its user narrow it."""
Administering = Annotated[Visit, Depends(may(ADMINISTER))]
Watching = Annotated[Visit, Depends(may(WATCH))]
PAGE = 100
LONGEST_TOKEN_DAYS = 366


@router.get("/admin")
def admin(visit: Administering) -> Response:
    """Return the page of users, grants, tokens and sessions."""
    server = visit.server
    return _page(visit, once="", waiting=server.writer.depth)


def _page(visit: Visit, once: str, waiting: int = 0) -> Response:
    server = visit.server
    today = server.local_now().date()
    users = visit.rows(
        "SELECT login, name, employer, valid_from, valid_until FROM desk_user WHERE granted_by = ? ORDER BY login",
        [server.owner],
    )
    kind = visit.pack.kinds["access_grant"]
    return render(
        visit,
        "admin/admin.html",
        users=users,
        grants=grants_of(server.duck, server.owner),
        today=today,
        roles=kind.field("role").choices,
        tokens=server.accounts.tokens(),
        sessions=server.accounts.sessions(),
        factors=server.accounts.factors.logins(),
        links=server.accounts.handovers.links(server.clock()),
        offers=server.accounts.handovers.offers(server.clock()),
        kept_persons=admission.has_persons(server),
        listening=server.broadcast.count,
        waiting=waiting,
        said_once=once,
        token_acts=TOKEN_ACTS,
    )


def _need(form: Form, *names: str) -> dict[str, str]:
    """Return fields of a form; raises Refused for the first that is empty."""
    fields = {name: str(form.get(name) or "").strip()[:500] for name in names}
    for name, value in fields.items():
        if not value:
            expected, fix = message("desk.form.field:expected"), message("desk.form.field:fix")
            raise Refused([refusal("desk.form", ("", None, name), "-", expected, fix)])
    return fields


@router.post("/admin/users")
def make_user(visit: Administering, form: Form) -> Response:
    """Admit a person; the one-time link to set a password is shown once."""
    fields = _need(form, "login", "name")
    fields |= {name: str(form.get(name) or "").strip()[:100] for name in ("employer", "person")}
    with visit.server.exclusive.about("users", visit.server.settings.most_wait_seconds):
        login = admission.admit(visit.server, fields, CONSOLE, visit.login)
        link = _issued(visit, login)
    visit.note("user", login, fields["name"])
    return _page(visit, once=link)


@router.post("/admin/password")
def reset_password(visit: Administering, form: Form) -> Response:
    """Issue a one-time link to set a new password; password and sessions stay valid until it is used."""
    login = _user(visit, form)
    link = _issued(visit, login)
    visit.note("password", login)
    return _page(visit, once=link)


def _issued(visit: Visit, login: str) -> str:
    """Return the page values of a new one-time link of a user.

    A second proof is required for an account that can already sign in, and while another administrator is active.
    """
    server, secret = visit.server, visit.server.chance()
    can_enter = server.accounts.has_password(login) or any(o.login == login for o in server.accounts.identities.all())
    needs_proof = can_enter or bool(admission.others_of(server, visit.login))
    server.accounts.handovers.issue(secret, login, visit.login, server.clock(), needs_proof=needs_proof)
    return f"{login}: /take-up?link={secret}"


@router.post("/admin/links/release")
def release_link(visit: Administering, form: Form) -> Response:
    """Release another administrator's one-time link by a code, shown once; link and code together set a password."""
    login = _need(form, "login")["login"]
    accounts, at = visit.server.accounts, visit.server.clock()
    link = next((item for item in accounts.handovers.links(at) if item.login == login), None)
    _refuse_same(visit, link.made_by if link else "", login)
    code = recovery_codes([visit.server.chance()])[0]
    if link is None or not accounts.handovers.release(login, code, link.made_by):
        raise NotFound(login)
    visit.note("released", login, link.made_by)
    return _page(visit, once=f"{login}: {code}")


@router.post("/admin/links/end")
def end_link(visit: Administering, form: Form) -> Response:
    """End an unused one-time link."""
    login = _need(form, "login")["login"]
    if visit.server.accounts.handovers.end_link(login):
        visit.note("link_end", login)
    return RedirectResponse("/admin", 303)


@router.post("/admin/factor/end")
def end_factor(visit: Administering, form: Form) -> Response:
    """Remove another user's second factor: one administrator requests it, another does it; all sessions of the
    user end.
    """
    login, accounts, at = _user(visit, form), visit.server.accounts, visit.server.clock()
    if login == visit.login or not accounts.factors.is_on(login):
        return RedirectResponse("/admin", 303)
    offers = [offer for offer in accounts.handovers.offers(at, login) if offer.purpose == FACTOR_END]
    if not offers:
        if accounts.handovers.offer(login, FACTOR_END, {}, visit.login, at):
            visit.note("factor_asked", login)
        return RedirectResponse("/admin", 303)
    _refuse_same(visit, offers[0].made_by, login)
    if accounts.handovers.settle(offers[0].number) and accounts.factors.end(login):
        accounts.end_all(login)
        visit.note("factor_end", login, offers[0].made_by)
    return RedirectResponse("/admin", 303)


def _refuse_same(visit: Visit, before: str, login: str) -> None:
    """Reject (Refused) the administrator who began it, under any sign-in name, and the user it is about."""
    if any(admission.is_same_person(visit.server, visit.login, other) for other in (before, login)):
        raise Refused([refusal("desk.two_administrators", ("", None, "login"), login)])


def _user(visit: Visit, form: Form) -> str:
    """Return the login in a form; raises NotFound for one that no user has."""
    login = _need(form, "login")["login"]
    present(viewer_of(visit.duck, visit.server.owner, login, visit.server.local_now().date()), login)
    return login


@router.post("/admin/grants")
def make_grant(visit: Administering, form: Form) -> Response:
    """Grant a role over an entity and all below it, with a reason and a term; no administrator grants to themselves.

    An existing grant with the same scope and term is not made again.
    """
    fields = _need(form, "login", "role", "entity", "reason", "valid_from")
    server = visit.server
    if admission.is_same_person(server, fields["login"], visit.login):
        raise Refused([refusal("desk.grant.self", ("", None, "login"), fields["login"])])
    more = {name: str(form.get(name) or "").strip() or None for name in ("domain", "supervision_line", "valid_until")}
    same = (
        fields["role"],
        fields["entity"],
        more["domain"] or "",
        more["supervision_line"] or "",
        fields["valid_from"],
        more["valid_until"],
    )
    with server.exclusive.about(("grants", fields["login"]), server.settings.most_wait_seconds):
        if same in [_scope_of(grant) for grant in grants_of(server.duck, server.owner, fields["login"])]:
            return RedirectResponse("/admin", 303)
        fact = {**fields, **more, "granted_by": server.owner, "grant": f"G-{server.chance()[:12]}"}
        server.outcome_of(server.report("access_grant", [fact], CONSOLE, visit.login))
    visit.note("grant", fields["login"], f"{fields['role']} {fields['entity']}: {fields['reason']}")
    return RedirectResponse("/admin", 303)


def _scope_of(grant: Grant) -> tuple[str | None, ...]:
    until = grant.valid_until.isoformat() if grant.valid_until else None
    return (grant.role, grant.entity, grant.domain, grant.line, grant.valid_from.isoformat(), until)


@router.post("/admin/grants/end")
def end_grant(visit: Administering, form: Form) -> Response:
    """Retract a grant: it ends at once, and the ledger still shows that it was in force."""
    grant, server = _need(form, "grant")["grant"], visit.server
    with server.exclusive.about(("grant", grant), server.settings.most_wait_seconds):
        facts = [{"act": "retract", "granted_by": server.owner, "grant": g.grant, "login": g.login, "role": g.role, "entity": g.entity,
                  "reason": g.reason, "valid_from": g.valid_from.isoformat()} for g in grants_of(server.duck, server.owner) if g.grant == grant]  # fmt: skip
        if facts:
            server.outcome_of(server.report("access_grant", facts, CONSOLE, visit.login))
            visit.note("grant_end", grant)
    return RedirectResponse("/admin", 303)


@router.post("/admin/tokens")
def offer_token(visit: Administering, form: Form) -> Response:
    """Offer a user a token for a program that acts for that user, who accepts it and alone sees its secret."""
    fields = _need(form, "name", "scope")
    login = _user(visit, form)
    requested = frozenset(word for item in form.getlist("scope") for word in str(item).split())
    acts = sorted(requested & frozenset(TOKEN_ACTS)) or [REPORT]
    given = str(form.get("days") or "90")
    days = min(LONGEST_TOKEN_DAYS, int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 90)
    detail = {"name": fields["name"], "scope": acts, "days": days}
    if visit.server.accounts.handovers.offer(login, TOKEN, detail, visit.login, visit.server.clock()):
        visit.note("token_offered", login, fields["name"])
    return RedirectResponse("/admin", 303)


@router.post("/admin/offers/end")
def end_offer(visit: Administering, form: Form) -> Response:
    """Withdraw a waiting offer, or a waiting request to remove a second factor."""
    number = _need(form, "number")["number"]
    accounts, at = visit.server.accounts, visit.server.clock()
    offer = next((o for o in accounts.handovers.offers(at) if str(o.number) == number), None)
    if offer is not None and accounts.handovers.settle(offer.number):
        visit.note("offer_end", offer.login, offer.purpose)
    return RedirectResponse("/admin", 303)


@router.post("/admin/tokens/end")
def end_token(visit: Administering, form: Form) -> Response:
    """End a token at once."""
    digest = _need(form, "digest")["digest"]
    if visit.server.accounts.end_token(digest):
        visit.note("token_end", digest[:12])
    return RedirectResponse("/admin", 303)


@router.post("/admin/sessions/end")
def end_sessions(visit: Administering, form: Form) -> Response:
    """End all sessions of a user."""
    login = _need(form, "login")["login"]
    if visit.server.accounts.close_sessions(login):
        visit.note("sessions_end", login)
    return RedirectResponse("/admin", 303)


@router.get("/acts")
def acts(
    visit: Watching, login: Annotated[str, Query(max_length=100)] = "", before: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Return the acts of users, the newest first."""
    wheres, values = ["granted_by = ?"], [visit.server.owner]
    if login:
        wheres.append("login = ?")
        values.append(login)
    if before:
        wheres.append(f"fact < {int(before)}")
    rows = visit.rows(
        f"SELECT login, did, about, detail, done_at, fact FROM desk_act WHERE {' AND '.join(wheres)} ORDER BY fact DESC LIMIT {PAGE}",
        values,
    )
    known = {code.removeprefix("did.") for code in texts(visit.language) if code.startswith("did.")}
    return render(visit, "admin/acts.html", rows=rows, login=login, most=PAGE, known=known)
