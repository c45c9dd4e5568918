"""Calls about the ledger: heads of entries in their order, and one entry with its header, proof and key."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from comptroller.access.grants import SEE
from comptroller.ledger.entry import Entry
from comptroller.ledger.entry_headers import EntryHeader
from comptroller.web.api.pagination import Limit
from comptroller.web.api.schemas import EntryPage, EntryRow, EntryWhole, ReceiptForm
from comptroller.web.ledger.pages import is_visible, visible_entry
from comptroller.web.shell.auth import may
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["ledger"])
ADDRESSES = ("/api/v1/entries?limit=1000", "/api/v1/entries/{entry}")
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
_MOST_LOOKED_AT = 20_000
"""Entries that one call reads; a caller who sees few of many continues with the cursor."""


@router.get("/entries")
def entries(
    visit: Seeing,
    after: Annotated[str, Query(pattern="^[0-9]{0,15}$", description="The cursor that the page before gave.")] = "",
    limit: Limit = 100,
    reporter: Annotated[str, Query(max_length=100)] = "",
) -> EntryPage:
    """Return the heads of entries with a reporter within scope, in the order of their arrival."""
    first = int(after or 0) + 1
    size = visit.server.ledger.size
    last = min(size, first + _MOST_LOOKED_AT - 1)
    rows: list[EntryRow] = []
    hidden, at = 0, first - 1
    for head in visit.server.heads.between(first, last):
        at = head.number
        if not is_visible(visit, head.fields["reporter"]):
            hidden += 1
        elif not reporter or head.fields["reporter"] == reporter:
            rows.append(EntryRow(**_row(head)))
            if len(rows) == limit:
                break
    return EntryPage(rows, str(at) if at < size and first <= size else None, hidden)


@router.get("/entries/{number}")
def entry(visit: Seeing, number: int) -> EntryWhole:
    """Return one entry with its header byte for byte, its proof, and the key to check it by."""
    stored, source = visible_entry(visit, number)
    receipt = json.loads(visit.server.ledger.receipt(number).to_json())
    return EntryWhole(
        **_row(stored),
        header=stored.header.decode(),
        key=str(visit.server.ledger.verifier_key),
        receipt=ReceiptForm(**receipt),
        seen_count=source.seen_count,
        hidden_count=source.hidden_count,
    )


def _row(entry: Entry | EntryHeader) -> dict[str, Any]:
    head = entry.fields
    return {
        "entry": entry.number,
        "received_at": entry.received_at.isoformat(),
        "media": head["media"],
        "name": head["name"],
        "reporter": head["reporter"],
        "kind": head["kind"],
        "payload_sha256": head["payload_sha256"],
        "is_erased": entry.is_erased,
    }
