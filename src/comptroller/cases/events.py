"""Facts as events: what lines and entities reported in a batch, each with its case, in the order of the ledger."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from comptroller.cases.case import Event
from comptroller.model.finding import plain

MOVES = ("case_step", "enterprise_answer")
KINDS = (*MOVES, "material_request", "case_evidence", "loss_estimate", "letter")
"""The kinds of facts that are events of a case; none of them is ever corrected or retracted."""
_DAYS = {
    "case_step": "done_on",
    "enterprise_answer": "done_on",
    "material_request": "asked_on",
    "case_evidence": "obtained_on",
    "loss_estimate": "estimated_on",
    "letter": "sent_on",
}
_WHAT = {
    "material_request": "request.asked",
    "case_evidence": "evidence.given",
    "loss_estimate": "loss.estimated",
    "letter": "letter.sent",
}
_OWN = ("by_line", "by", "approved_by", "reason", "case_id", "office", "fact", "received_at", "first_at", "report")
_ASIDE = (*_OWN, *_DAYS.values(), "move", "seq", "line", "act", "key_hash", "content_hash")


def events_from_facts(added: Mapping[str, pa.Table], number: str = "fact") -> Iterator[tuple[str, str, Event]]:
    """Yield (kind, case, event) of the added facts, in the order of the column `number`."""
    rows: list[tuple[int, str, dict[str, Any]]] = []
    for kind in KINDS:
        if kind in added:
            rows += [(row[number], kind, row) for row in added[kind].to_pylist()]
    for place, kind, row in sorted(rows, key=lambda entry: (entry[0], entry[1])):
        yield kind, str(row["case_id"]), event_of(kind, row, place)


def event_of(kind: str, row: Mapping[str, Any], fact: int) -> Event:
    """Return the event in a row."""
    on = row[_DAYS[kind]]
    assert isinstance(on, dt.date), "the kinds require a day"
    return Event(
        what=f"move.{row['move']}" if kind in MOVES else _WHAT[kind],
        on=on,
        told=fact,
        line=str(row.get("by_line") or ""),
        by=str(row.get("by") or ""),
        approved_by=str(row.get("approved_by") or ""),
        reason=str(row.get("reason") or ""),
        office=str(row.get("office") or ""),
        said=plain({name: cell for name, cell in row.items() if name not in _ASIDE and cell is not None}),
    )
