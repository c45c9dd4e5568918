"""The informant's side of tip-offs: encrypted messages are accepted, and returned to the holder of the claim code."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, StringConstraints

from comptroller.model.refusal import Refused
from comptroller.web.ledger.proof_codes import receipt_code
from comptroller.web.public.answers import line_for
from comptroller.web.public.budget import Budget
from comptroller.web.public.pages import client_of, draw_public, gate_of, refused
from comptroller.web.public.rate_limit import LODGE, READ, WORKED, WRITE
from comptroller.web.public.tip_storage import OVERHEAD, check_room
from comptroller.web.shell.auth import desk_of
from comptroller.web.shell.errors import NotFound, body_of
from comptroller.web.tips.keys import announced, history, in_fours
from comptroller.web.tips.mailbox import ITEM, key_of, lodge, messages, opened, registered, today, write

router = APIRouter(prefix="/public/tips")
Hex32 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
Hex64 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Sealed = Annotated[str, StringConstraints(pattern=r"^\{.+\}$", max_length=160_000)]


class Ticketed(BaseModel):
    """Fields of every call: a ticket, and the number that shows the browser's work."""

    ticket: Annotated[str, StringConstraints(max_length=200)]
    number: Annotated[str, StringConstraints(pattern=r"^\d{1,15}$")]


class Lodging(Ticketed):
    """A new tip-off: the mailbox derived from the claim code, and the first message."""

    mailbox: Hex32
    pass_hash: Hex64
    public_key: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9+/=]{100,200}$")]
    kept_key: Annotated[str, StringConstraints(pattern=r"^\{.+\}$", max_length=1000)]
    line_key: Annotated[str, StringConstraints(max_length=64)]
    sealed: Sealed


class Coming(Ticketed):
    """A returning informant: the mailbox and its pass."""

    mailbox: Hex32
    passed: Hex32


class Saying(Coming):
    """A further message."""

    sealed: Sealed


def in_own_threads(most: int) -> Callable[[Callable[..., Response]], Callable[..., Any]]:
    """Return a decorator that runs a page in separate threads, `most` at once, so that no other page uses them up."""
    limiter = CapacityLimiter(most)

    def decorate(page: Callable[..., Response]) -> Callable[..., Any]:
        @wraps(page)
        async def run(*args: Any, **named: Any) -> Response:
            return await to_thread.run_sync(partial(page, *args, **named), limiter=limiter)

        return run

    return decorate


@router.get("")
@in_own_threads(2)
def tips(request: Request) -> Response:
    """Return the page to submit a tip-off, or to come back to one."""
    return _page(request)


def _page(request: Request) -> Response:
    server = desk_of(request)
    line = line_for(server, ITEM, today(server)) if "tip" in server.pack.kinds else ""
    keys = history(server, line) if line else []
    return draw_public(
        request,
        "tips/public_tips.html",
        key=key_of(server, line) if line else None,
        keys=keys,
        change=announced(server, keys, today(server)),
        in_fours=in_fours,
        line=server.pack.lines.get(line),
    )


@router.get("/ticket")
@in_own_threads(2)
def ticket(request: Request, purpose: Annotated[str, Query(alias="for", max_length=10)] = "") -> Response:
    """Return a ticket, and the zero bits that the browser's work must show for a purpose; without one, the most
    of all.
    """
    gate, client = gate_of(request), client_of(request)
    purposes = (purpose,) if purpose in WORKED else WORKED
    bits = max(gate.bits_for(name, client, _more_bits(request, name)) for name in purposes)
    return JSONResponse({"ticket": gate.ticket(), "bits": bits})


def _more_bits(request: Request, purpose: str) -> int:
    """Return the zero bits that a day's budget adds; the books are queried at most once a day."""
    budget: Budget | None = request.app.state.budgets.get(purpose)
    return budget.more_bits(today(desk_of(request))) if budget else 0


def _come_in(request: Request, purpose: str, sent: Ticketed) -> Response | None:
    """Return the refusal of a submission, or None; the books are queried only after the work is checked."""
    gate, client, more = gate_of(request), client_of(request), _more_bits(request, purpose)
    why = gate.refuse(purpose, client, (sent.ticket, sent.number), more)
    if why is not None and why.code == "public.work":
        return JSONResponse(body_of([why]) | {"bits": gate.bits_for(purpose, client, more)}, 429)
    return refused(request, why) if why else None


def _store(request: Request, purpose: str, sealed: str, write_it: Callable[[], int]) -> Response:
    """Return the receipt of a message that is recorded within the day's budget."""
    server = desk_of(request)
    budget: Budget = request.app.state.budgets[purpose]
    day, size = today(server), len(sealed.encode()) + OVERHEAD
    if (why := budget.take(day, size)) is not None:
        return refused(request, why)
    try:
        entry = write_it()
    except (Refused, NotFound):
        budget.give_back(day, size)
        raise
    return JSONResponse({"entry": entry, "code": receipt_code(entry, server.ledger.entry(entry).leaf)})


@router.post("/lodge")
@in_own_threads(4)
def lodging(request: Request, sent: Lodging) -> Response:
    """Record a tip-off; the returned code proves the submission without its content."""
    if (closed := _come_in(request, LODGE, sent)) is not None:
        return closed
    server = desk_of(request)
    key = key_of(server, line_for(server, ITEM, today(server)))
    if key is None or key["line_key"] != sent.line_key:
        return _page(request)
    return _store(request, LODGE, sent.sealed, lambda: lodge(server, sent.model_dump()))


@router.post("/read")
@in_own_threads(4)
def reading(request: Request, sent: Coming) -> Response:
    """Return the ciphertext of a mailbox to a client that has its pass."""
    if (closed := _come_in(request, READ, sent)) is not None:
        return closed
    server = desk_of(request)
    tip = opened(server, sent.mailbox, sent.passed)
    entered = registered(server, tip["tip_number"])
    texts = [{"sender": m["sender"], "sealed": m["sealed"], "sent_on": str(m["sent_on"])} for m in messages(server, sent.mailbox)]  # fmt: skip
    dues = {name: str(entered.get(name) or "") for name in ("acknowledged_on", "due_on", "closed_on", "close_due_on")}
    keys = [
        {name: key_row[name] for name in ("line_key", "public_key", "sign_key")}
        for key_row in history(server, tip["by_line"])
    ]
    box = {name: tip[name] for name in ("public_key", "kept_key", "line_key")}
    return JSONResponse(box | {"messages": texts, "keys": keys} | dues)


@router.post("/write")
@in_own_threads(4)
def writing(request: Request, sent: Saying) -> Response:
    """Record a further message."""
    if (closed := _come_in(request, WRITE, sent)) is not None:
        return closed
    server = desk_of(request)
    tip = opened(server, sent.mailbox, sent.passed)
    if (why := check_room(server, sent.mailbox, len(sent.sealed))) is not None:
        return refused(request, why)
    return _store(request, WRITE, sent.sealed, lambda: write(server, tip, sent.sealed))
