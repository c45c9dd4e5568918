"""Signing in and out, and the language: what somebody may do who is not known yet."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form as FormField, Request
from fastapi.responses import RedirectResponse, Response

from comptroller.access import viewer_of
from comptroller.access.factors import is_recovery
from comptroller.desk.doors import LANGUAGE, SESSION, Form, Visiting, desk_of
from comptroller.desk.draw import draw_bare, draw_door
from comptroller.desk.seals import unseal
from comptroller.desk.texts import LANGUAGES

_log = logging.getLogger(__name__)
router = APIRouter()
HALF = "desk_half"
"""The cookie of a browser in which the right password was given, and a code is owed."""


@router.get("/sign-in")
def ask(request: Request, back: str = "/") -> Response:
    """Give the page on which one signs in."""
    return draw_door(request, back=inner(back))


@router.post("/sign-in")
def sign_in(
    request: Request,
    login: Annotated[str, FormField(max_length=100)],
    password: Annotated[str, FormField(max_length=200)],
    back: Annotated[str, FormField(max_length=500)] = "/",
) -> Response:
    """Begin a session under a new secret, whatever the browser brought; the old session ends."""
    desk = desk_of(request)
    at = desk.clock()
    viewer = viewer_of(desk.duck, desk.owner, login, at.astimezone(desk.zone).date())
    is_right = desk.settings.has_passwords and desk.accounts.check(login, password, at)
    if not is_right or viewer is None or not viewer.is_admitted:
        # Not in the ledger, into which nobody writes who is not known; whoever runs the desk reads it in its log.
        _log.warning("signing in failed: login %r from %s", login, request.client.host if request.client else "-")
        return draw_door(request, 401, wrong="failed", back=inner(back))
    if not desk.accounts.factors.is_on(login):
        return enter(request, login, back)
    secret = desk.chance()
    desk.accounts.factors.begin_half(secret, login, inner(back), at)
    answer = draw_bare(request, "sign_in_code.html", wrong=False)
    answer.set_cookie(HALF, secret, httponly=True, samesite="strict", secure=desk.settings.is_secure, path="/sign-in")
    return answer


@router.post("/sign-in/code")
def give_code(request: Request, code: Annotated[str, FormField(max_length=40)]) -> Response:
    """Let somebody in who gave the right password in this browser and gives the code of his device now."""
    desk = desk_of(request)
    at, half = desk.clock(), request.cookies.get(HALF, "")
    waits = desk.accounts.factors.half(half, at)
    if waits is None:
        return draw_door(request, 401, wrong="failed")
    login, back = waits
    viewer = viewer_of(desk.duck, desk.owner, login, at.astimezone(desk.zone).date())
    factors, by = desk.accounts.factors, "recovery" if is_recovery(code) else "code"
    if by == "recovery":
        is_right = factors.recover(login, code, at)
    else:
        is_right = factors.check(login, unseal(factors.kept(login), desk.settings.passphrase), code, at)
    if not is_right or viewer is None or not viewer.is_admitted:
        _log.warning("a wrong code: login %r from %s", login, request.client.host if request.client else "-")
        return draw_bare(request, "sign_in_code.html", 401, wrong=True)
    desk.accounts.factors.end_half(half)
    answer = enter(request, login, back, by)
    answer.delete_cookie(HALF, path="/sign-in")
    return answer


def enter(request: Request, login: str, back: str, by: str = "") -> Response:
    """Begin a session of somebody who is known now, under a new secret; the ledger says so, and by whose word."""
    desk_of(request).note(login, "sign_in", detail=by)
    return with_session(request, login, back)


def with_session(request: Request, login: str, back: str) -> Response:
    """Give a session under a new secret to somebody who is known, and end the one that the browser had."""
    desk = desk_of(request)
    desk.accounts.close_session(request.cookies.get(SESSION, ""))
    secret = desk.chance()
    desk.accounts.open_session(login, secret, desk.chance(), desk.clock())
    answer = RedirectResponse(inner(back), 303)
    answer.set_cookie(SESSION, secret, httponly=True, samesite="lax", secure=desk.settings.is_secure, path="/")
    return answer


@router.post("/sign-out")
def sign_out(request: Request, visit: Visiting, _form: Form) -> Response:
    """End the session."""
    visit.desk.accounts.close_session(request.cookies.get(SESSION, ""))
    visit.note("sign_out")
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(SESSION, path="/")
    return answer


@router.get("/language/{language}")
def choose_language(request: Request, language: str, back: str = "/") -> Response:
    """Let this browser speak another language, and go back."""
    answer = RedirectResponse(inner(back), 303)
    if language in LANGUAGES:
        secure = desk_of(request).settings.is_secure
        answer.set_cookie(LANGUAGE, language, max_age=31_536_000, samesite="lax", secure=secure, path="/")
    return answer


def inner(back: str) -> str:
    """Give an address of this desk: what leads elsewhere becomes the first page.

    >>> inner("/findings?state=open"), inner("//elsewhere.example"), inner("https://elsewhere.example")
    ('/findings?state=open', '/', '/')
    """
    is_inner = back.startswith("/") and not back.startswith(("//", "/\\")) and not any(ord(c) < 32 for c in back)
    return back if is_inner else "/"
