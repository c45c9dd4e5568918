"""The ledger: entries, the source line as reported, receipts, checkpoints, and verification from the browser."""

import datetime as dt
import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller import node
from comptroller.access.grants import SEE
from comptroller.clock import utc
from comptroller.ledger.entry import Entry
from comptroller.ledger.entry_headers import EntryHeader
from comptroller.ledger.verify import verify
from comptroller.ledger.witness import WitnessRefused, parse_witness, witness_refusal
from comptroller.model.refusal import Refused, refusal
from comptroller.web.ledger.payloads import PayloadSource, source_of
from comptroller.web.ledger.proof_codes import receipt_code
from comptroller.web.runtime.report_rate import is_report
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (MenuEntry(130, "/ledger", "ledger", SEE),)
ADDRESSES = (
    "/ledger",
    "/ledger?since=2024-01-01T00:00%2B00:00",
    "/ledger/{entry}",
    "/ledger/{entry}?place=1",
    "/ledger/{entry}/receipt.json",
)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
PAGE = 50


@router.get("/ledger")
def entries(
    visit: Seeing,
    before: Annotated[int, Query(ge=0, le=2**62)] = 0,
    reporter: Annotated[str, Query(max_length=100)] = "",
    since: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Return the newest entries with a reporter within scope, page by page; with `since`, the reports from then on."""
    ledger = visit.server.ledger
    last = min(before - 1 if before else ledger.size, visit.known or ledger.size)
    first, count = _first_since(visit, since)
    rows: list[EntryHeader] = []
    hidden, at = 0, last
    for head in visit.server.heads.between(first, last, newest_first=True):
        at = head.number - 1
        if not is_visible(visit, head.fields["reporter"]):
            hidden += 1
        elif (not reporter or head.fields["reporter"] == reporter) and (not since or is_report(head)):
            rows.append(head)
            if len(rows) == PAGE:
                break
    visit.hidden_count = hidden
    points = list(ledger.checkpoints(max(0, ledger.size - 5000)))[-5:]
    return render(
        visit,
        "ledger/ledger.html",
        rows=rows,
        size=ledger.size,
        reporter=reporter,
        since=since,
        since_count=count,
        older=at + 1 if at >= first and len(rows) == PAGE else 0,
        points=points[::-1],
    )


def _first_since(visit: Visit, since: str) -> tuple[int, int]:
    """Return the first entry at or after an instant, and how many reports within scope came since; 1 and 0 without one.

    Raises:
        Refused: the text is not an instant with its offset.
    """
    if not since:
        return 1, 0
    try:
        at = utc(dt.datetime.fromisoformat(since))
    except (ValueError, OverflowError) as error:
        raise Refused([refusal("desk.instant", ("", None, "since"), since)]) from error
    first = visit.server.ledger.size_at(at - dt.timedelta(microseconds=1)) + 1
    last = visit.known or 2**62
    heads = visit.server.heads.between(first, last)
    return first, sum(is_report(head) and is_visible(visit, head.fields["reporter"]) for head in heads)


def is_visible(visit: Visit, reporter: str) -> bool:
    """Return whether an entry's head may be shown: its reporter is within scope, or it is the node's own."""
    return visit.sees_entity(reporter) or reporter == visit.server.owner


def visible_entry(visit: Visit, number: int) -> tuple[Entry, PayloadSource]:
    """Return an entry with the part of its text that may be shown.

    Raises:
        NotFound: the entry is absent or wholly outside the scope.
    """
    if not 1 <= number <= visit.server.ledger.size:
        raise NotFound(number)
    entry = visit.server.ledger.entry(number)
    source = source_of(visit, entry)
    if not (is_visible(visit, entry.fields["reporter"]) or source.seen_count):
        raise NotFound(number)
    return entry, source


@router.get("/ledger/{number}")
def entry(visit: Seeing, number: int, place: Annotated[int, Query(ge=0)] = 0) -> Response:
    """Return an entry: its head, its proof, and the report's own text around a place."""
    stored, source = visible_entry(visit, number)
    receipt = visit.server.ledger.receipt(number)
    visit.hidden_count = source.hidden_count
    return render(
        visit,
        "ledger/ledger_entry.html",
        entry=stored,
        head=stored.fields,
        source=source,
        place=place,
        lines=source.lines(place),
        receipt=receipt,
        code=receipt_code(number, stored.leaf),
        leaf=stored.leaf.hex(),
    )


@router.get("/ledger/{number}/receipt.json")
def receipt(visit: Seeing, number: int) -> Response:
    """Return the receipt of an entry, with the head that it proves."""
    entry, _ = visible_entry(visit, number)
    content = json.loads(visit.server.ledger.receipt(number).to_json()) | {
        "header": entry.header.decode(),
        "key": str(visit.server.ledger.verifier_key),
    }
    headers = {"content-disposition": f'attachment; filename="receipt-{number}.json"'}
    return Response(json.dumps(content, ensure_ascii=False, indent=1), media_type="application/json", headers=headers)


@router.post("/ledger/verify")
def verification(visit: Seeing, form: Form) -> Response:
    """Check every hash, the tree and every checkpoint, against an outside checkpoint where there is one."""
    folder, key = visit.server.folder, visit.server.ledger.verifier_key
    heads = list(node.outside_heads(folder, key).values())
    witness = str(form.get("witness") or "").replace("\r\n", "\n").strip()
    if witness:
        try:
            heads.append(parse_witness(f"{witness}\n".encode(errors="replace"), key.name, key))
        except WitnessRefused as fault:
            raise Refused([witness_refusal(fault, "witness")]) from fault
    result = verify(folder / node.LEDGER, key, witness=heads)
    summary = "sound" if result.is_sound else str(result.problem)
    visit.note("verify", "ledger", f"{result.entry_count}: {summary}")
    return render(visit, "ledger/verified.html", found=result)
