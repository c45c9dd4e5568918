"""Authentication: a session of a browser, or a token of a program, becomes a visit; no other request does."""

import datetime as dt
import hmac
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

from comptroller.access import AccessScope, Viewer, viewer_of
from comptroller.model.refusal import Refused, refusal
from comptroller.model.text import message
from comptroller.web.runtime.server import Server
from comptroller.web.shell.errors import NotFound, PermissionDenied, SecondFactorRequired, Unauthenticated
from comptroller.web.shell.translations import languages
from comptroller.web.shell.visit import Visit

SESSION, LANGUAGE = "desk_session", "desk_language"
FORM_KEY = "form_key"
_WITHOUT_FACTOR = ("/account", "/sign-out", "/language/", "/static/")
"""Pages for a user who still has to set up a second factor: the set-up itself, and sign-out."""


def desk_of(request: Request) -> Server:
    """Return the server of the app."""
    server: Server = request.app.state.server
    return server


def language_of(request: Request) -> str:
    """Return the language: from the address, from the browser's cookie, or from the browser's preference."""
    language = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
    if language in languages():
        return str(language)
    return "en" if request.headers.get("accept-language", "zh").lower().startswith("en") else "zh"


def visit_of(request: Request) -> Visit:
    """Return the visit of a signed-in user or of a token; raises Unauthenticated without one."""
    visit = visitor(request)
    visit.valid, visit.known = axes_of(request, visit.server)
    return visit


def visitor(request: Request, *, is_used: bool = True) -> Visit:
    """Return the current visit of a signed-in user or of a token; raises Unauthenticated without one.

    A page that only listens has not `used` its session, which may expire meanwhile.
    """
    server = desk_of(request)
    at = server.clock()
    bearer = request.headers.get("authorization", "")
    scope: frozenset[str] | None = None
    form_key = ""
    if bearer:
        kind, _, secret = bearer.partition(" ")
        token = server.accounts.token(secret.strip(), at) if kind.lower() == "bearer" else None
        if token is None:
            raise Unauthenticated
        login, scope = token.login, token.scope
    else:
        session = server.accounts.session(request.cookies.get(SESSION, ""), at, is_used=is_used)
        if session is None:
            raise Unauthenticated
        login, form_key = session.login, session.form_key
    on = at.astimezone(server.zone).date()
    viewer = viewer_of(server.duck, server.owner, login, on)
    if viewer is None or not viewer.is_admitted:
        raise Unauthenticated
    if scope is None and owes_factor(server, viewer) and not request.url.path.startswith(_WITHOUT_FACTOR):
        raise SecondFactorRequired
    reach = AccessScope(viewer, server.pack, server.owner, server.below)
    address = address_of(request)
    return Visit(server, reach, language_of(request), form_key, request.url.path, scope=scope, address=address)


def owes_factor(server: Server, viewer: Viewer) -> bool:
    """Return whether a role of the viewer demands a second factor that is off.

    Users without a password here show their factor at the provider.
    """
    if server.settings.factor_roles.isdisjoint(viewer.roles):
        return False
    return server.accounts.has_password(viewer.login) and not server.accounts.factors.is_on(viewer.login)


def address_of(request: Request) -> str:
    """Return the address to come back to: the page with its query, or the page of a form that was sent."""
    address = str(request.url) if request.method == "GET" else request.headers.get("referer", "")
    parts = urlsplit(address)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


def axes_of(request: Request, server: Server) -> tuple[dt.date | None, int | None]:
    """Return the two days of an address: `valid`, when rows were true; `known`, an entry or a day up to then known."""
    days = {name: request.query_params.get(name, "").strip() for name in ("valid", "known")}
    try:
        valid = dt.date.fromisoformat(days["valid"]) if days["valid"] else None
        if not days["known"]:
            return valid, None
        if days["known"].isdigit() and len(days["known"]) < 16:
            return valid, int(days["known"])
        end = dt.datetime.combine(dt.date.fromisoformat(days["known"]), dt.time.max, server.zone)
        return valid, server.ledger.size_at(end.astimezone(dt.UTC))
    except ValueError as error:
        expected, fix = message("desk.day.axes:expected"), message("desk.day.axes:fix")
        place = ("", None, "valid, known")
        raise Refused([refusal("desk.day", place, " ".join(days.values()), expected, fix)]) from error


Visiting = Annotated[Visit, Depends(visit_of)]


def may(act: str) -> Callable[[Visit], Visit]:
    """Return the dependency of pages that need a grant of that act."""

    def door(visit: Visiting) -> Visit:
        if not visit.may(act):
            raise PermissionDenied(act)
        return visit

    return door


async def form_of(request: Request, visit: Visiting) -> AsyncIterator[FormData]:
    """Yield the fields of a form of this session.

    Raises PermissionDenied for a form without the session's key. A program that bears a token has no session and needs
    no key.
    """
    form = await request.form(max_files=8, max_fields=500)
    if not request.headers.get("authorization"):
        given = str(form.get(FORM_KEY) or request.headers.get("x-form-key") or "")
        if not visit.form_key or not hmac.compare_digest(given, visit.form_key):
            await form.close()
            raise PermissionDenied(FORM_KEY)
    yield form
    await form.close()


Form = Annotated[FormData, Depends(form_of)]


def present(value: Any, seen: object) -> Any:
    """Return a value that is not None; raises NotFound for None, in the same words for absent and out of reach."""
    if value is None:
        raise NotFound(seen)
    return value
