"""Public pages: proofs by code, an enterprise and who may sign for it, fees, and reports of suspected false enterprises."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Form as Field, Query, Request
from fastapi.responses import HTMLResponse, Response

from comptroller.model.channel import PUBLIC
from comptroller.model.refusal import Refusal, Refused
from comptroller.web.ledger.proof_codes import receipt_code
from comptroller.web.public.answers import FEES, answer, line_for, titles_of
from comptroller.web.public.budget import Budget
from comptroller.web.public.proofs import prove
from comptroller.web.public.rate_limit import ASK, LEAD, LODGE, VERIFY, WRITE, RateLimit
from comptroller.web.public.tip_storage import OVERHEAD, leads_on, used_on
from comptroller.web.runtime.connections import network_of
from comptroller.web.runtime.server import Server
from comptroller.web.shell.auth import desk_of, language_of
from comptroller.web.shell.rendering import render_bare, render_refusals

router = APIRouter(prefix="/public")
NOTICE, FALSE_ENTERPRISE = "public_notice", "false_enterprise"
PLACES = ("enterprise", "fees", "false-enterprise", "tips", "verify")
"""The public pages in the order of their menu."""
_LATER = ("public.busy", "public.full", "public.work")
"""Codes of refusals after which the same may be sent again."""
Word = Annotated[str, Field(max_length=200)]


def gate_of(request: Request) -> RateLimit:
    """Give the gate of the app's public pages."""
    found: RateLimit = request.app.state.gate
    return found


def budgets_of(desk: Server) -> dict[str, Budget]:
    """Return what the public may add in a day, by purpose."""
    most = desk.settings.most_tip_bytes_a_day
    return {
        LODGE: Budget(most, lambda day: used_on(desk, day, is_first=True)),
        WRITE: Budget(most, lambda day: used_on(desk, day, is_first=False)),
        LEAD: Budget(max(1, most // 16), lambda day: leads_on(desk, day)),
    }


def client_of(request: Request) -> str:
    """Return the client of a request, as the server or a proxy that it believes says it; of IPv6 its network."""
    return network_of(request.client.host) if request.client else "-"


def today(desk: Server) -> dt.date:
    """Give the owner's present day."""
    return desk.local_now().date()


def draw_public(request: Request, template: str, **values: Any) -> HTMLResponse:
    """Give a public page, with the notice that policy puts on all of them."""
    desk, language = desk_of(request), language_of(request)
    notice = [text.of(language) for text in titles_of(desk, NOTICE, today(desk)).values()]
    return render_bare(request, template, notice=notice, places=PLACES, said=lambda text: text.of(language), **values)


def refused(request: Request, why: Refusal) -> Response:
    """Give a page that says why nothing was taken; what is asked too often may be asked again."""
    return render_refusals(request, 429 if why.code in _LATER else 422, [why])


@router.get("")
def index(request: Request) -> Response:
    """Give the first of the public pages: what can be asked and said here."""
    return draw_public(request, "public/public_index.html")


@router.get("/verify")
def verify(request: Request, code: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Say whether a code proves an entry, and under which checkpoint."""
    if code and (why := gate_of(request).busy(VERIFY, client_of(request))):
        return refused(request, why)
    desk = desk_of(request)
    found = prove(desk, code) if code else None
    return draw_public(request, "public/public_verify.html", typed=code, proof=found, key=str(desk.ledger.verifier_key))


@router.get("/verify/receipt.json")
def receipt(request: Request, code: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Give the proof of inclusion behind a code, for a program that checks it."""
    if why := gate_of(request).busy(VERIFY, client_of(request)):
        return refused(request, why)
    found = prove(desk_of(request), code)
    return Response(found.receipt.to_json() if found else "null", 200 if found else 404, media_type="application/json")


@router.get("/enterprise")
def enterprise(request: Request) -> Response:
    """Give the page on which one asks about an enterprise."""
    day = today(desk_of(request)).isoformat()
    return draw_public(
        request, "public/public_enterprise.html", asked={"enterprise": "", "person": "", "on": day}, told=None
    )


@router.post("/enterprise")
def ask_enterprise(request: Request, enterprise: Word, person: Word = "", on: Word = "") -> Response:
    """Answer about an enterprise, a person and a day; they come in the body, so that no address keeps them."""
    if why := gate_of(request).busy(ASK, client_of(request)):
        return refused(request, why)
    desk = desk_of(request)
    day = _day(on) or today(desk)
    asked = {"enterprise": enterprise, "person": person, "on": day.isoformat()}
    return draw_public(
        request, "public/public_enterprise.html", asked=asked, told=answer(desk, enterprise, person, day)
    )


def _day(said: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        return None


@router.get("/fees")
def fees(request: Request) -> Response:
    """Give the fees that enterprises may take, as policy lists them today."""
    desk = desk_of(request)
    listed = desk.pack.lists.get(FEES)
    lines = [
        one for one in (listed.lines if listed else ()) if one.valid_until is None or one.valid_until > today(desk)
    ]
    return draw_public(request, "public/public_fees.html", lines=lines, source=desk.pack.sources.get)


@router.get("/false-enterprise")
def false_enterprise(request: Request) -> Response:
    """Give the form on which a suspected false enterprise is reported."""
    desk = desk_of(request)
    is_open = bool(line_for(desk, FALSE_ENTERPRISE, today(desk)))
    ticket = gate_of(request).ticket()
    return draw_public(request, "public/public_false.html", is_open=is_open, ticket=ticket, receipt="")


@router.post("/false-enterprise")
def report_false(  # noqa: PLR0913, PLR0917 - what the form holds
    request: Request,
    ticket: Word,
    named: Word,
    text: Annotated[str, Field(max_length=4000)],
    uscc: Word = "",
    place: Word = "",
) -> Response:
    """Take a report of a suspected false enterprise, as a lead for the line that policy names; nothing tells who sent it."""
    desk = desk_of(request)
    day = today(desk)
    line = line_for(desk, FALSE_ENTERPRISE, day)
    if not line:
        return false_enterprise(request)
    if why := gate_of(request).refuse_lead(ticket, client_of(request)):
        return refused(request, why)
    size = len(text.encode()) + OVERHEAD
    budget: Budget = request.app.state.budgets[LEAD]
    if why := budget.take(day, size):
        return refused(request, why)
    said = {"office": desk.owner, "lead": f"F-{desk.chance()[:12]}", "by_line": line, "about": FALSE_ENTERPRISE}
    fact = said | {"named": named.strip(), "uscc": uscc.strip() or None, "seen_at": place.strip() or None}
    fact |= {"text": text.strip(), "received_on": day.isoformat()}
    try:
        outcome = desk.outcome_of(desk.report("public_lead", [fact], PUBLIC))
    except Refused:
        budget.give_back(day, size)
        raise
    assert outcome.entry is not None, "what was not refused is kept"
    code = receipt_code(outcome.entry, desk.ledger.entry(outcome.entry).leaf)
    return draw_public(request, "public/public_false.html", is_open=True, ticket="", receipt=code)
