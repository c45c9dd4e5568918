"""The user's own account: password, second factor, offers of administrators, tokens and sessions."""

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256

import segno
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from comptroller.access.accounts import LEAST_PASSWORD, Token
from comptroller.access.handovers import IDENTITY, TOKEN
from comptroller.access.identities import Identity
from comptroller.access.second_factor import RECOVERY_CODES, SECRET_BYTES, address, recovery_codes, shown
from comptroller.model.refusal import Refused, refusal
from comptroller.model.text import message
from comptroller.web.identity.sign_in import known_here, renewed, with_cookie
from comptroller.web.runtime.secrets_at_rest import decrypt, encrypt
from comptroller.web.shell.auth import SESSION, Form, Visiting, owes_factor
from comptroller.web.shell.errors import NotFound, PermissionDenied
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
ADDRESSES = ("/account",)
"""Addresses that the tests of access open as every role."""
MOST_PASSWORD = 200
_OFFERED = (TOKEN, IDENTITY)


@router.get("/account")
def account(visit: Visiting) -> Response:
    """Return the page of the user's own account."""
    return _page(visit)


def _page(visit: Visit, secret: bytes = b"", codes: Sequence[str] = (), once: str = "") -> Response:
    accounts, login = visit.server.accounts, visit.login
    if visit.scope is not None:
        raise PermissionDenied("account")
    named = address(secret, login, visit.text("product")) if secret else ""
    return render(
        visit,
        "identity/account.html",
        least=LEAST_PASSWORD,
        has_password=accounts.has_password(login),
        is_on=accounts.factors.is_on(login),
        secret=" ".join(shown(secret)[i : i + 4] for i in range(0, 32, 4)) if secret else "",
        address=named,
        picture=qr_path(named) if secret else None,
        codes=codes,
        left=accounts.factors.recovery_left(login),
        is_owed=owes_factor(visit.server, visit.reach.viewer),
        sessions=[(made, used_at) for who, made, used_at in accounts.sessions() if who == login],
        offers=[item for item in accounts.handovers.offers(visit.server.clock(), login) if item.purpose in _OFFERED],
        tokens=[item for item in accounts.tokens() if item.login == login],
        said_once=once,
    )


@router.post("/account/password")
def change_password(request: Request, visit: Visiting, form: Form) -> Response:
    """Change the user's own password; every session and token ends, and this browser gets a new session."""
    _known(visit, form)
    new, again = (str(form.get(name) or "") for name in ("new", "again"))
    if new != again or not LEAST_PASSWORD <= len(new) <= MOST_PASSWORD:
        raise _wrong("new, again", f"{len(new)}, {len(again)}", "new", least=LEAST_PASSWORD)
    accounts, at = visit.server.accounts, visit.server.clock()
    if not accounts.change_password(visit.login, str(form.get("password") or "")[:MOST_PASSWORD], new):
        raise _wrong("password", "-", "password")
    visit.note("own_password")
    secret, form_key = visit.server.chance(), visit.server.chance()
    accounts.open_session(visit.login, secret, form_key, at)
    answer = with_cookie(visit.server, RedirectResponse("/account", 303), secret)
    return known_here(request, answer, visit.login)


@router.post("/account/factor")
def offer_factor(visit: Visiting, form: Form) -> Response:
    """Create a secret for a device, shown once; it becomes active with a code of the device."""
    _known(visit, form)
    factors = visit.server.accounts.factors
    if factors.is_on(visit.login):
        raise _wrong("factor", "-", "without_factor")
    secret = sha256(visit.server.chance().encode()).digest()[:SECRET_BYTES]
    nonce = sha256(visit.server.chance().encode()).digest()
    factors.offer(visit.login, encrypt(secret, visit.server.settings.passphrase, nonce))
    return _page(visit, secret)


@router.post("/account/factor/on")
def turn_on(request: Request, visit: Visiting, form: Form) -> Response:
    """Turn the second factor on by a code of the device; older sessions and tokens end, and this session is renewed."""
    if visit.server.accounts.factors.is_on(visit.login) or not _code_fits(visit, form):
        raise _wrong("code", "-", "code")
    secret = renewed(request, visit)
    visit.server.accounts.end_tokens(visit.login)
    visit.note("factor")
    return with_cookie(visit.server, _page(visit, codes=_drawn_codes(visit)), secret)


@router.post("/account/recovery")
def renew(visit: Visiting, form: Form) -> Response:
    """Create new recovery codes, shown once; the old ones stop working."""
    _known(visit, form)
    if not visit.server.accounts.factors.is_on(visit.login) or not _code_fits(visit, form):
        raise _wrong("code", "-", "code")
    visit.note("factor", visit.login, "recovery codes")
    return _page(visit, codes=_drawn_codes(visit))


def _drawn_codes(visit: Visit) -> list[str]:
    """Return new recovery codes after storing them."""
    codes = recovery_codes([visit.server.chance() for _ in range(RECOVERY_CODES)])
    visit.server.accounts.factors.renew_recovery(visit.login, codes, sha256(visit.server.chance().encode()).hexdigest())
    return codes


def qr_path(text: str) -> tuple[int, str]:
    """Return a text as a QR code (ISO/IEC 18004): its width in modules with margin, and the dark modules as an SVG
    path.

    >>> qr_path("otpauth://totp/x?secret=A")[0]
    33
    """
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return len(rows), "".join(dark)


@router.post("/account/factor/end")
def turn_off(visit: Visiting, form: Form) -> Response:
    """Turn the second factor off; password and code are required."""
    _known(visit, form)
    if not _code_fits(visit, form):
        raise _wrong("code", "-", "code")
    if visit.server.accounts.factors.end(visit.login):
        visit.note("factor_end", visit.login)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end")
def end_sessions(request: Request, visit: Visiting, _form: Form) -> Response:
    """End the user's other sessions."""
    if visit.scope is not None or not request.cookies.get(SESSION):
        raise PermissionDenied("account")
    secret = renewed(request, visit)
    visit.note("sessions_end", visit.login)
    return with_cookie(visit.server, RedirectResponse("/account", 303), secret)


@router.post("/account/offers")
def take_offer(visit: Visiting, form: Form) -> Response:
    """Accept or decline an administrator's offer: a token, with its secret shown here once, or an identity."""
    if form.get("does") == "decline":
        _person_alone(visit)
    else:
        _known(visit, form)
    accounts, at = visit.server.accounts, visit.server.clock()
    number = str(form.get("number") or "")
    offer = next((o for o in accounts.handovers.offers(at, visit.login) if str(o.number) == number), None)
    if offer is None or offer.purpose not in _OFFERED or not accounts.handovers.settle(offer.number):
        raise NotFound(number)
    if form.get("does") == "decline":
        visit.note("declined", offer.purpose, offer.made_by)
        return RedirectResponse("/account", 303)
    if offer.purpose == IDENTITY:
        accounts.identities.link(Identity(offer.detail["issuer"], offer.detail["subject"], visit.login), at)
        visit.note("identity", visit.login, f"{offer.detail['issuer']} {offer.made_by}")
        return RedirectResponse("/account", 303)
    secret, until = visit.server.chance(), at + dt.timedelta(days=int(offer.detail["days"]))
    accounts.make_token(Token(offer.detail["name"], visit.login, frozenset(offer.detail["scope"]), until), secret, at)
    visit.note("token", visit.login, f"{offer.detail['name']} {offer.made_by}")
    return _page(visit, once=f"{offer.detail['name']}: {secret}")


@router.post("/account/tokens/end")
def end_own_token(visit: Visiting, form: Form) -> Response:
    """End one of the user's own tokens at once."""
    _person_alone(visit)
    digest = str(form.get("digest") or "")
    own = {token.digest for token in visit.server.accounts.tokens() if token.login == visit.login}
    if digest in own and visit.server.accounts.end_token(digest):
        visit.note("token_end", digest[:12])
    return RedirectResponse("/account", 303)


def _person_alone(visit: Visit) -> None:
    """Reject (PermissionDenied) a program's token: it opens no account."""
    if visit.scope is not None:
        raise PermissionDenied("account")


def _known(visit: Visit, form: Form) -> None:
    """Reject (Refused) a user who does not repeat the password; a user of a provider alone has no password."""
    _person_alone(visit)
    accounts, at = visit.server.accounts, visit.server.clock()
    given = str(form.get("password") or "")[:MOST_PASSWORD]
    if accounts.has_password(visit.login) and not accounts.check(visit.login, given, at, "session"):
        raise _wrong("password", "-", "password")


def _code_fits(visit: Visit, form: Form) -> bool:
    factors = visit.server.accounts.factors
    encrypted = factors.kept(visit.login)
    if visit.scope is not None or not encrypted:
        raise PermissionDenied("account")
    secret = decrypt(encrypted, visit.server.settings.passphrase)
    return factors.check(visit.login, secret, str(form.get("code") or "")[:20], visit.server.clock())


def _wrong(name: str, seen: object, expected: str, **values: object) -> Refused:
    """Return the refusal of a field; `expected` names the message `desk.account.<expected>:expected`."""
    text = message(f"desk.account.{expected}:expected", **values)
    return Refused([refusal("desk.account", ("", None, name), seen, text, message("desk.account:fix"))])
