"""One-time link of an administrator: its user opens it and sets the password, which no other person learns."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form as FormField, Query, Request
from fastapi.responses import RedirectResponse, Response

from comptroller.access import viewer_of
from comptroller.access.accounts import LEAST_PASSWORD
from comptroller.access.handovers import Link
from comptroller.web.identity.sign_in import code_fits
from comptroller.web.runtime.server import Server
from comptroller.web.shell.auth import desk_of
from comptroller.web.shell.rendering import render_bare

_log = logging.getLogger(__name__)
router = APIRouter()
MOST_PASSWORD = 200
Secret = Annotated[str, FormField(max_length=200)]


@router.get("/take-up")
def open_link(request: Request, link: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Return the page of a link; opening it changes nothing."""
    return _page(
        request, link, "" if desk_of(request).accounts.handovers.link(link, desk_of(request).clock()) else "link"
    )


@router.post("/take-up")
def take_up(
    request: Request, link: Secret, new: Secret, again: Secret, code: Annotated[str, FormField(max_length=60)] = ""
) -> Response:
    """Set the password of the link's user and use the link up; older sessions and tokens end."""
    server = desk_of(request)
    handover = server.accounts.handovers.link(link, server.clock())
    if handover is None or not _is_admitted(server, handover.login):
        return _page(request, link, "link", 401)
    if new != again or not LEAST_PASSWORD <= len(new) <= MOST_PASSWORD:
        return _page(request, link, "new", 422)
    if handover.needs_proof and not _is_proven(server, handover, link, code):
        _log.warning("a link was not taken up: attempt %s", server.accounts.throttle.digest(link)[:12])
        return _page(request, link, "proof", 401)
    if not server.accounts.handovers.use(link):
        return _page(request, link, "link", 401)
    server.accounts.set_password(handover.login, new)
    server.note(handover.login, "taken_up", handover.login, handover.made_by)
    return RedirectResponse("/sign-in", 303)


def _is_admitted(server: Server, login: str) -> bool:
    viewer = viewer_of(server.duck, server.owner, login, server.local_now().date())
    return viewer is not None and viewer.is_admitted


def _is_proven(server: Server, handover: Link, link: str, code: str) -> bool:
    """Return whether a valid code came that the issuing administrator does not have; each try counts."""
    if server.accounts.handovers.fits(link, code):
        return True
    return server.accounts.factors.is_on(handover.login) and bool(code_fits(server, handover.login, code[:40]))


def _page(request: Request, link: str, wrong: str, status: int = 200) -> Response:
    handovers, at = desk_of(request).accounts.handovers, desk_of(request).clock()
    handover = handovers.link(link, at)
    status = 401 if handover is None else status
    return render_bare(
        request, "identity/take_up.html", status, link=link, wrong=wrong, is_open=handover is not None, least=LEAST_PASSWORD,
        needs_proof=handover is not None and handover.needs_proof,
    )  # fmt: skip
