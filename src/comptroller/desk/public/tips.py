"""The informant's side of tip-offs: what the browser encrypted is taken, and given back to whoever holds the claim code."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, StringConstraints

from comptroller.desk.doors import desk_of
from comptroller.desk.public.answers import line_for
from comptroller.desk.public.pages import draw_public, gate_of, refused
from comptroller.desk.public.proofs import receipt_code
from comptroller.desk.state import Desk
from comptroller.desk.tipbox import ITEM, key_of, lodge, messages, opened, registered, today, write

router = APIRouter(prefix="/public/tips")
Hex32 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
Hex64 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Sealed = Annotated[str, StringConstraints(pattern=r"^\{.+\}$", max_length=160_000)]


class Ticketed(BaseModel):
    """What every call carries: a ticket, and the number that shows the browser's work."""

    ticket: Annotated[str, StringConstraints(max_length=200)]
    number: Annotated[str, StringConstraints(pattern=r"^\d{1,15}$")]


class Lodging(Ticketed):
    """A new tip-off: its mailbox as the claim code gives it, and the first message."""

    mailbox: Hex32
    pass_hash: Hex64
    public_key: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9+/=]{100,200}$")]
    kept_key: Annotated[str, StringConstraints(pattern=r"^\{.+\}$", max_length=1000)]
    line_key: Annotated[str, StringConstraints(max_length=64)]
    sealed: Sealed


class Coming(Ticketed):
    """Whoever comes back: the mailbox and its pass."""

    mailbox: Hex32
    passed: Hex32


class Saying(Coming):
    """A further message."""

    sealed: Sealed


@router.get("")
def tips(request: Request) -> Response:
    """Give the page on which one lodges a tip-off, or comes back to one."""
    desk = desk_of(request)
    line = line_for(desk, ITEM, today(desk)) if "tip" in desk.pack.kinds else ""
    title = desk.pack.lines.get(line)
    return draw_public(request, "public_tips.html", key=key_of(desk, line) if line else None, line=title)


@router.get("/ticket")
def ticket(request: Request) -> Response:
    """Give a ticket, and how many zero bits the browser's work must show."""
    gate = gate_of(request)
    return JSONResponse({"ticket": gate.ticket(), "bits": gate.bits})


def _come_in(request: Request, said: Ticketed) -> Response | None:
    """Give why something may not come in, or nothing."""
    why = gate_of(request).refuse(said.ticket, said.number)
    return refused(request, why) if why else None


@router.post("/lodge")
def lodging(request: Request, said: Lodging) -> Response:
    """Take a tip-off; what is given back proves that it was lodged, without saying what."""
    desk = desk_of(request)
    key = key_of(desk, line_for(desk, ITEM, today(desk)))
    if (closed := _come_in(request, said)) is not None:
        return closed
    if key is None or key["line_key"] != said.line_key:
        return tips(request)
    return JSONResponse(_receipt(desk, lodge(desk, said.model_dump())))


@router.post("/read")
def reading(request: Request, said: Coming) -> Response:
    """Give the ciphertext of a mailbox to whoever has its pass."""
    if (closed := _come_in(request, said)) is not None:
        return closed
    desk = desk_of(request)
    tip = opened(desk, said.mailbox, said.passed)
    entered = registered(desk, tip["tip_number"])
    told = [{"sender": m["sender"], "sealed": m["sealed"], "sent_on": str(m["sent_on"])} for m in messages(desk, said.mailbox)]  # fmt: skip
    dues = {name: str(entered.get(name) or "") for name in ("acknowledged_on", "due_on", "closed_on", "close_due_on")}
    return JSONResponse({"public_key": tip["public_key"], "kept_key": tip["kept_key"], "messages": told} | dues)


@router.post("/write")
def writing(request: Request, said: Saying) -> Response:
    """Take a further message."""
    if (closed := _come_in(request, said)) is not None:
        return closed
    desk = desk_of(request)
    return JSONResponse(_receipt(desk, write(desk, opened(desk, said.mailbox, said.passed), said.sealed)))


def _receipt(desk: Desk, entry: int) -> dict[str, Any]:
    return {"entry": entry, "code": receipt_code(entry, desk.ledger.entry(entry).leaf)}
