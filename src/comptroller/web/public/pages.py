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
"""Codes of refusals after which a client may send the same again."""
Word = Annotated[str, Field(max_length=200)]


def gate_of(request: Request) -> RateLimit:
    """Return the rate limit of the app's public pages."""
    gate: RateLimit = request.app.state.gate
    return gate


def budgets_of(server: Server) -> dict[str, Budget]:
    """Return the public's daily budgets by purpose."""
    most = server.settings.most_tip_bytes_a_day
    return {
        LODGE: Budget(most, lambda day: used_on(server, day, is_first=True)),
        WRITE: Budget(most, lambda day: used_on(server, day, is_first=False)),
        LEAD: Budget(max(1, most // 16), lambda day: leads_on(server, day)),
    }


def client_of(request: Request) -> str:
    """Return the client of a request from the server or a trusted proxy; for IPv6 its network."""
    return network_of(request.client.host) if request.client else "-"


def today(server: Server) -> dt.date:
    """Return the owner's current day."""
    return server.local_now().date()


def draw_public(request: Request, template: str, **values: Any) -> HTMLResponse:
    """Return a public page, with the policy's notice for all of them."""
    server, language = desk_of(request), language_of(request)
    notice = [text.of(language) for text in titles_of(server, NOTICE, today(server)).values()]
    return render_bare(
        request, template, notice=notice, places=PLACES, in_language=lambda text: text.of(language), **values
    )


def refused(request: Request, why: Refusal) -> Response:
    """Return a page with the reason of a rejection; a client over the rate may try again."""
    return render_refusals(request, 429 if why.code in _LATER else 422, [why])


@router.get("")
def index(request: Request) -> Response:
    """Return the first public page, with everything that is offered here."""
    return draw_public(request, "public/public_index.html")


@router.get("/verify")
def verify(request: Request, code: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Return the page that shows whether a code proves an entry, and its checkpoint."""
    if code and (why := gate_of(request).busy(VERIFY, client_of(request))):
        return refused(request, why)
    server = desk_of(request)
    proof = prove(server, code) if code else None
    return draw_public(
        request, "public/public_verify.html", typed=code, proof=proof, key=str(server.ledger.verifier_key)
    )


@router.get("/verify/receipt.json")
def receipt(request: Request, code: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Return the proof of inclusion behind a code, for a program that checks it."""
    if why := gate_of(request).busy(VERIFY, client_of(request)):
        return refused(request, why)
    proof = prove(desk_of(request), code)
    return Response(proof.receipt.to_json() if proof else "null", 200 if proof else 404, media_type="application/json")


@router.get("/enterprise")
def enterprise(request: Request) -> Response:
    """Return the page with the form about an enterprise."""
    day = today(desk_of(request)).isoformat()
    return draw_public(
        request, "public/public_enterprise.html", asked={"enterprise": "", "person": "", "on": day}, told=None
    )


@router.post("/enterprise")
def ask_enterprise(request: Request, enterprise: Word, person: Word = "", on: Word = "") -> Response:
    """Return the answer about an enterprise, a person and a day; they come in the body, so that no address
    contains them.
    """
    if why := gate_of(request).busy(ASK, client_of(request)):
        return refused(request, why)
    server = desk_of(request)
    day = _day(on) or today(server)
    fields = {"enterprise": enterprise, "person": person, "on": day.isoformat()}
    return draw_public(
        request, "public/public_enterprise.html", asked=fields, told=answer(server, enterprise, person, day)
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


@router.get("/fees")
def fees(request: Request) -> Response:
    """Return the fees that enterprises may take, as policy lists them today."""
    server = desk_of(request)
    listed = server.pack.lists.get(FEES)
    lines = [
        line
        for line in (listed.lines if listed else ())
        if line.valid_until is None or line.valid_until > today(server)
    ]
    return draw_public(request, "public/public_fees.html", lines=lines, source=server.pack.sources.get)


@router.get("/false-enterprise")
def false_enterprise(request: Request) -> Response:
    """Return the form for reports of suspected false enterprises."""
    server = desk_of(request)
    is_open = bool(line_for(server, FALSE_ENTERPRISE, today(server)))
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
    """Record a report of a suspected false enterprise, as a lead for the line of the policy; the sender is not
    recorded.
    """
    server = desk_of(request)
    day = today(server)
    line = line_for(server, FALSE_ENTERPRISE, day)
    if not line:
        return false_enterprise(request)
    if why := gate_of(request).refuse_lead(ticket, client_of(request)):
        return refused(request, why)
    size = len(text.encode()) + OVERHEAD
    budget: Budget = request.app.state.budgets[LEAD]
    if why := budget.take(day, size):
        return refused(request, why)
    lead = {"office": server.owner, "lead": f"F-{server.chance()[:12]}", "by_line": line, "about": FALSE_ENTERPRISE}
    fact = lead | {"named": named.strip(), "uscc": uscc.strip() or None, "seen_at": place.strip() or None}
    fact |= {"text": text.strip(), "received_on": day.isoformat()}
    try:
        outcome = server.outcome_of(server.report("public_lead", [fact], PUBLIC))
    except Refused:
        budget.give_back(day, size)
        raise
    assert outcome.entry is not None, "what was not refused is kept"
    code = receipt_code(outcome.entry, server.ledger.entry(outcome.entry).leaf)
    return draw_public(request, "public/public_false.html", is_open=True, ticket="", receipt=code)
