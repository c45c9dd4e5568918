"""Tip-offs for the line that takes them: the register with its due days, mailboxes as ciphertext, the key, and
answers.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from comptroller.access.grants import HANDLE, SEE
from comptroller.model.refusal import Refused
from comptroller.model.text import Text
from comptroller.web.public.tip_storage import due_for_erasure
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.errors import PermissionDenied
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit
from comptroller.web.tips import mailbox
from comptroller.web.tips.keys import check_answer, history, in_fours, public_half
from comptroller.web.tips.mailbox import (
    close,
    extend,
    keep_key,
    key_of,
    mailbox_of,
    may_answer,
    messages,
    of_line,
    register,
    registered,
    reply,
    today,
)

router = APIRouter()
MENU = (MenuEntry(60, "/tips", "tips", SEE, mailbox.is_of_line),)
ADDRESSES = ("/tips",)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
_MOST_SEALED, _MOST_KEY = 160_000, 2000


@router.get("/tips")
def tips(visit: Seeing) -> Response:
    """Return the register of the line's tip-offs."""
    line = of_line(visit)
    rows = [row for row in register(visit.server) if row["by_line"] == line]
    keys = history(visit.server, line)
    return render(
        visit,
        "tips/tips.html",
        rows=rows,
        day_now=today(visit.server),
        key=key_of(visit.server, line),
        keys=keys,
        in_fours=in_fours,
        expired=due_for_erasure(visit.server, rows, today(visit.server)),
        line=visit.in_language(visit.pack.lines.get(line)),
        can_answer=may_answer(visit),
    )


@router.post("/tips/key")
def make_key(visit: Seeing, form: Form) -> Response:
    """Record a new key of the line, for a signed-in officer only: a program with a token changes no key."""
    line = of_line(visit, HANDLE)
    if visit.scope is not None:
        raise PermissionDenied(HANDLE)
    public, sign, locked = (str(form.get(name) or "") for name in ("public_key", "sign_key", "kept_key"))
    if not (100 <= len(public) <= _MOST_KEY and locked.startswith("{") and len(locked) <= _MOST_KEY):
        raise PermissionDenied(HANDLE)
    if sign and public_half(sign) is None:
        raise PermissionDenied(HANDLE)
    named = keep_key(visit.server, line, (public, locked), visit.login, sign)
    visit.note("tip_key", named)
    return RedirectResponse("/tips", 303)


@router.get("/tips/{number}")
def tip(visit: Seeing, number: str) -> Response:
    """Return one mailbox, as ciphertext that the line's key opens in the browser."""
    box = mailbox_of(visit, number)
    rows = visit.server.storage.rows("SELECT kept FROM line_key WHERE line_key = ?", [box["line_key"]])
    visit.note("tip_open", number)
    return render(
        visit,
        "tips/tip.html",
        box=box,
        entered=registered(visit.server, number),
        messages=messages(visit.server, box["tip"]),
        key=key_of(visit.server, box["by_line"], box["line_key"]),
        kept=str(rows[0][0]) if rows else "",
        can_answer=may_answer(visit),
        in_fours=in_fours,
        outcomes=_outcomes(visit),
        day_now=today(visit.server),
    )


def _outcomes(visit: Visit) -> dict[str, Text]:
    """Return the possible outcomes of a tip-off; empty under an older policy without them."""
    field = next((f for f in visit.pack.kinds["tip_register"].fields if f.name == "outcome"), None)
    return dict(field.choices) if field else {}


@router.post("/tips/{number}")
def answer(visit: Seeing, number: str, form: Form) -> Response:
    """Record an answer that the browser encrypted to the informant and to the line."""
    of_line(visit, HANDLE)
    box = mailbox_of(visit, number)
    sealed = str(form.get("sealed") or "")
    if not (sealed.startswith("{") and len(sealed) <= _MOST_SEALED):
        raise PermissionDenied(HANDLE)
    if wrong := check_answer(key_of(visit.server, box["by_line"], box["line_key"]), box["tip"], sealed):
        raise Refused(wrong)
    reply(visit.server, box, sealed, visit.login)
    visit.note("tip_answer", number)
    return RedirectResponse(f"/tips/{number}", 303)


@router.post("/tips/{number}/closing")
def closing(visit: Seeing, number: str, form: Form) -> Response:
    """Close a tip-off with its outcome, or postpone its closing by an order; the register shows both."""
    of_line(visit, HANDLE)
    mailbox_of(visit, number)
    fields = {name: str(form.get(name) or "").strip()[:100] for name in ("outcome", "extended_by", "order_number")}
    if fields["outcome"]:
        close(visit.server, number, fields["outcome"], visit.login)
    else:
        extend(visit.server, number, fields["extended_by"], fields["order_number"], visit.login)
    visit.note("tip_close" if fields["outcome"] else "tip_extend", number)
    return RedirectResponse(f"/tips/{number}", 303)
