"""Sign-in, sign-out and language: the acts of a visitor who is not signed in."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form as FormField, Request
from fastapi.responses import RedirectResponse, Response

from comptroller.access import viewer_of
from comptroller.access.accounts import LONGEST_DEVICE
from comptroller.access.names import folded
from comptroller.access.second_factor import is_recovery
from comptroller.web.runtime.connections import network_of
from comptroller.web.runtime.secrets_at_rest import decrypt
from comptroller.web.runtime.server import Server
from comptroller.web.shell.auth import LANGUAGE, SESSION, Form, Visiting, desk_of
from comptroller.web.shell.errors import Unauthenticated
from comptroller.web.shell.rendering import render_bare, render_sign_in
from comptroller.web.shell.translations import languages
from comptroller.web.shell.visit import Visit

_log = logging.getLogger(__name__)
router = APIRouter()
HALF = "desk_half"
"""Cookie of a browser after the right password, while a code is still required."""
DEVICE = "desk_device"
"""Cookie of a browser after a user signed in. It grants nothing; it spares the waits that others cause."""


@router.get("/sign-in")
def ask(request: Request, back: str = "/") -> Response:
    """Return the sign-in page."""
    return render_sign_in(request, back=inner(back))


@router.post("/sign-in")
def sign_in(
    request: Request,
    login: Annotated[str, FormField(max_length=100)],
    password: Annotated[str, FormField(max_length=200)],
    back: Annotated[str, FormField(max_length=500)] = "/",
) -> Response:
    """Begin a session under a new secret; the session of the browser before it ends.

    Unknown names, wrong passwords and attempts within a wait get the same answer after the same work.
    """
    server = desk_of(request)
    at, client = server.clock(), network_of(request.client.host if request.client else "-")
    accounts = server.accounts
    who = accounts.login_of(login)
    is_right = (
        accounts.check(who, password, at, client, request.cookies.get(DEVICE, "")) and server.settings.has_passwords
    )
    viewer = viewer_of(server.duck, server.owner, who, at.astimezone(server.zone).date()) if is_right else None
    if viewer is None or not viewer.is_admitted:
        # Nothing typed is logged: people type passwords into the field of the name.
        _log.warning("signing in failed: attempt %s", accounts.throttle.digest(f"{client} {folded(login)}")[:12])
        return render_sign_in(request, 401, wrong="failed", back=inner(back))
    return pass_on(request, who, back)


def pass_on(request: Request, login: str, back: str, by: str = "") -> Response:
    """Open the session of a user identified by a password or a provider, or request the active second factor."""
    server = desk_of(request)
    if not server.accounts.factors.is_on(login):
        return enter(request, login, back, by)
    secret = server.chance()
    server.accounts.factors.begin_half(secret, login, inner(back), server.clock())
    answer = render_bare(request, "identity/sign_in_code.html", wrong=False)
    answer.set_cookie(HALF, secret, httponly=True, samesite="strict", secure=server.settings.is_secure, path="/sign-in")
    return answer


@router.post("/sign-in/code")
def give_code(request: Request, code: Annotated[str, FormField(max_length=40)]) -> Response:
    """Sign in a user who entered the right password in this browser and now enters the device's code."""
    server = desk_of(request)
    at, half = server.clock(), request.cookies.get(HALF, "")
    waits = server.accounts.factors.half(half, at)
    if waits is None:
        return render_sign_in(request, 401, wrong="failed")
    login, back = waits
    by = code_fits(server, login, code)
    viewer = viewer_of(server.duck, server.owner, login, at.astimezone(server.zone).date())
    if not by or viewer is None or not viewer.is_admitted:
        _log.warning("a wrong code: attempt %s", server.accounts.throttle.digest(login)[:12])
        return render_bare(request, "identity/sign_in_code.html", 401, wrong=True)
    if not server.accounts.factors.end_half(half):
        return render_sign_in(request, 401, wrong="failed")
    answer = enter(request, login, back, by)
    answer.delete_cookie(HALF, path="/sign-in")
    return answer


def code_fits(server: Server, login: str, code: str) -> str:
    """Return the type of a second factor's code, and use the code up: `code`, `recovery`, or '' for a wrong one."""
    factors, at = server.accounts.factors, server.clock()
    if is_recovery(code):
        return "recovery" if factors.recover(login, code, at) else ""
    encrypted = factors.kept(login)
    return (
        "code" if encrypted and factors.check(login, decrypt(encrypted, server.settings.passphrase), code, at) else ""
    )


def enter(request: Request, login: str, back: str, by: str = "") -> Response:
    """Begin a session of an identified user under a new secret; the ledger records it with its method."""
    server = desk_of(request)
    server.note(login, "sign_in", detail=by)
    server.accounts.close_session(request.cookies.get(SESSION, ""))
    secret = server.chance()
    server.accounts.open_session(login, secret, server.chance(), server.clock())
    answer = with_cookie(server, RedirectResponse(inner(back), 303), secret)
    return known_here(request, answer, login)


def known_here(request: Request, answer: Response, login: str) -> Response:
    """Mark the browser as known to the user: attempts of others do not make it wait."""
    server = desk_of(request)
    device = request.cookies.get(DEVICE, "") or server.chance()
    server.accounts.know(device, login, server.clock())
    seconds, secure = int(LONGEST_DEVICE.total_seconds()), server.settings.is_secure
    answer.set_cookie(DEVICE, device, seconds, httponly=True, samesite="strict", secure=secure, path="/")
    return answer


def with_cookie(server: Server, answer: Response, secret: str) -> Response:
    """Set the session cookie on an answer; return the answer."""
    answer.set_cookie(SESSION, secret, httponly=True, samesite="lax", secure=server.settings.is_secure, path="/")
    return answer


def renewed(request: Request, visit: Visit) -> str:
    """End every session of the viewer and open a new one; return its secret.

    Rejects (Unauthenticated) a session that ended meanwhile, so that only one of several simultaneous requests
    succeeds.
    """
    server = desk_of(request)
    secret, form_key = server.chance(), server.chance()
    if server.accounts.renew_session(request.cookies.get(SESSION, ""), secret, form_key, server.clock()) != visit.login:
        raise Unauthenticated
    visit.form_key = form_key
    return secret


@router.post("/sign-out")
def sign_out(request: Request, visit: Visiting, _form: Form) -> Response:
    """End the session."""
    if visit.server.accounts.close_session(request.cookies.get(SESSION, "")):
        visit.note("sign_out")
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(SESSION, path="/")
    return answer


@router.get("/language/{language}")
def choose_language(request: Request, language: str, back: str = "/") -> Response:
    """Set this browser's language, and go back."""
    answer = RedirectResponse(inner(back), 303)
    if language in languages():
        secure = desk_of(request).settings.is_secure
        answer.set_cookie(LANGUAGE, language, max_age=31_536_000, samesite="lax", secure=secure, path="/")
    return answer


def inner(back: str) -> str:
    """Return an address within this desk; any other address becomes the first page.

    >>> inner("/findings?state=open"), inner("//elsewhere.example"), inner("https://elsewhere.example")
    ('/findings?state=open', '/', '/')
    """
    is_inner = back.startswith("/") and not back.startswith(("//", "/\\")) and not any(ord(c) < 32 for c in back)
    return back if is_inner else "/"
