"""Sign-in through an OpenID provider: the redirect to it, the way back, and which subject opens which account."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from comptroller.access import viewer_of
from comptroller.access.grants import ADMINISTER
from comptroller.access.handovers import IDENTITY, IDENTITY_TWICE
from comptroller.access.identities import LONGEST_WAY, Identity
from comptroller.model.refusal import Refused, refusal
from comptroller.model.text import message
from comptroller.web.identity.sign_in import inner, pass_on
from comptroller.web.runtime.admission import is_same_person, others_of
from comptroller.web.runtime.oidc import NotIdentified, Provider
from comptroller.web.runtime.oidc_settings import BACK
from comptroller.web.runtime.server import Server
from comptroller.web.shell.auth import Form, desk_of, may
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.rendering import render, render_sign_in
from comptroller.web.shell.visit import Visit

_log = logging.getLogger(__name__)
router = APIRouter()
Administering = Annotated[Visit, Depends(may(ADMINISTER))]
UNDER_WAY = "desk_oidc"
"""Cookie of a browser on its way to the provider; it is sent to addresses under /oidc only."""


def provider_of(server: Server) -> Provider:
    """Return the provider in the desk's settings; raises NotFound without one."""
    if server.provider is None:
        raise NotFound("/oidc")
    return server.provider


@router.get("/oidc/start")
def start(request: Request, back: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Send a browser to the provider, with a secret of its own."""
    server = desk_of(request)
    secret, at = server.chance(), server.clock()
    try:
        address = provider_of(server).address(secret, at)
    except NotIdentified as fault:
        _log.warning("the identity provider does not answer: %s", fault)
        return render_sign_in(request, 502, wrong="absent", back=inner(back))
    server.accounts.identities.begin(secret, inner(back), at)
    answer = RedirectResponse(address, 303)
    seconds = int(LONGEST_WAY.total_seconds())
    secure = server.settings.is_secure
    answer.set_cookie(UNDER_WAY, secret, seconds, httponly=True, samesite="lax", secure=secure, path="/oidc")
    return answer


@router.get(BACK)
def come_back(request: Request) -> Response:
    """Sign in a user after the provider identified them, if an administrator linked the subject to an account."""
    server = desk_of(request)
    provider, at = provider_of(server), server.clock()
    secret = request.cookies.get(UNDER_WAY, "")
    back = server.accounts.identities.finish(secret, at) if secret else None
    try:
        if back is None:
            raise NotIdentified("this browser did not ask, came back before, or took too long")
        subject = provider.subject(secret, {k: v[:4000] for k, v in request.query_params.items()}, at)
    except NotIdentified as fault:
        _log.warning("signing in through the provider failed: %s", fault)
        return _refused(request, "provider", "")
    issuer = provider.settings.issuer
    login = server.accounts.identities.login(issuer, subject) or _taken_up(server, issuer, subject)
    viewer = viewer_of(server.duck, server.owner, login, at.astimezone(server.zone).date()) if login else None
    if viewer is None or not viewer.is_admitted:
        _log.warning(
            "signing in through the provider failed: attempt %s", server.accounts.throttle.digest(subject)[:12]
        )
        return _refused(request, "unknown", subject)
    answer = pass_on(request, login, back, issuer)
    answer.delete_cookie(UNDER_WAY, path="/oidc")
    return answer


def _taken_up(server: Server, issuer: str, subject: str) -> str:
    """Return the account that the subject opens for the first time.

    '' when no account is offered, or the account has a sign-in method already.
    """
    accounts, at, detail = server.accounts, server.clock(), {"issuer": issuer, "subject": subject}
    for offer in accounts.handovers.offers(at):
        if offer.purpose != IDENTITY or offer.detail != detail or can_enter(server, offer.login):
            continue
        second = [o.detail for o in accounts.handovers.offers(at, offer.login) if o.purpose == IDENTITY_TWICE]
        if others_of(server, offer.made_by) and detail not in second:
            continue
        if accounts.handovers.settle(offer.number) and accounts.identities.link(
            Identity(issuer, subject, offer.login), at
        ):
            server.note(offer.login, "identity", offer.login, f"{issuer} {offer.made_by}")
            return offer.login
    return ""


def can_enter(server: Server, login: str) -> bool:
    """Return whether an account has a sign-in method: a password or a linked identity."""
    is_linked = any(identity.login == login for identity in server.accounts.identities.all())
    return server.accounts.has_password(login) or is_linked


def _refused(request: Request, wrong: str, subject: str) -> Response:
    answer = render_sign_in(request, 401, wrong=wrong, subject=subject)
    answer.delete_cookie(UNDER_WAY, path="/oidc")
    return answer


@router.get("/admin/identities")
def identities(visit: Administering) -> Response:
    """Return the page of subjects and their accounts."""
    provider_of(visit.server)
    users = visit.rows("SELECT login, name FROM desk_user WHERE granted_by = ? ORDER BY login", [visit.server.owner])
    accounts = visit.server.accounts
    offers = [offer for offer in accounts.handovers.offers(visit.server.clock()) if offer.purpose == IDENTITY]
    return render(visit, "identity/identities.html", users=users, links=accounts.identities.all(), offers=offers)


@router.post("/admin/identities")
def link(visit: Administering, form: Form) -> Response:
    """Offer a user a subject of the provider, which the user accepts.

    No administrator offers one to themselves, and no subject opens two accounts.
    """
    issuer = provider_of(visit.server).settings.issuer
    login, subject = (str(form.get(name) or "").strip()[:255] for name in ("login", "subject"))
    day = visit.server.local_now().date()
    if not subject or viewer_of(visit.duck, visit.server.owner, login, day) is None:
        raise _wrong("login, subject", f"{login} {subject}", "user_subject")
    if login == visit.login:
        raise _wrong("login", login, "other_user")
    accounts, at = visit.server.accounts, visit.server.clock()
    if accounts.identities.login(issuer, subject):
        raise _wrong("subject", subject, "free_subject")
    detail = {"issuer": issuer, "subject": subject}
    same = [o for o in accounts.handovers.offers(at, login) if o.purpose == IDENTITY and o.detail == detail]
    is_second = bool(same) and not is_same_person(visit.server, same[0].made_by, visit.login)
    if accounts.handovers.offer(login, IDENTITY_TWICE if is_second else IDENTITY, detail, visit.login, at):
        visit.note("identity_offered", login, issuer)
    return RedirectResponse("/admin/identities", 303)


@router.post("/admin/identities/end")
def unlink(visit: Administering, form: Form) -> Response:
    """End a link; users signed in with that account are signed out."""
    issuer, subject = (str(form.get(name) or "") for name in ("issuer", "subject"))
    login = visit.server.accounts.identities.end(issuer, subject)
    if login:
        visit.note("identity_end", login, issuer)
    return RedirectResponse("/admin/identities", 303)


def _wrong(name: str, seen: object, expected: str) -> Refused:
    """Return the refusal of a field; `expected` names the message `desk.identity.<expected>:expected`."""
    text = message(f"desk.identity.{expected}:expected")
    return Refused([refusal("desk.identity", ("", None, name), seen, text, message("desk.identity:fix"))])
