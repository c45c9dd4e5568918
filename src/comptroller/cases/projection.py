"""Cases as rows of the tables that rules and readers use; only rows that the last events touched are written."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from comptroller.cases.case import Case, Event
from comptroller.cases.overdue import has_run_out
from comptroller.model.finding import plain
from comptroller.model.kind import FACT_LINES, Kind
from comptroller.model.policy import Pack, Param

TABLES = ("case_now", "case_finding", "case_clock", "case_request", "case_event", "rule_outcome")
Row = dict[str, Any]
_FINDING_COLUMNS = (
    "finding",
    "entity",
    "rule",
    "severity",
    "joins",
    "raised_on",
    "stands",
    "outcome",
    "contested",
    "cleared_how",
)
_CLOCK_COLUMNS = (
    *("clock", "instance", "holder", "started_on", "unit", "extended", "due_on", "stopped_on", "ended_on"),
)
_REQUEST_COLUMNS = ("request", "material", "asked_on", "due_on", "answered_on", "supplied_to", "supplied_on")


def case_rows(case: Case, pack: Pack, today: dt.date | None) -> dict[str, list[Row]]:
    """Return the rows of a case that its last events touched, by table, on the day of the last tick; then clear
    the marks.
    """
    rows: dict[str, list[Row]] = {"case_now": [_now(case, pack)]}
    clocks = {f"{run.clock} {run.instance}": run for run in case.clocks}
    for what, name in sorted(case.touched):
        if what == "finding" and name in case.findings:
            finding = case.findings[name]
            cells = {c: getattr(finding, c) for c in _FINDING_COLUMNS}
            rows.setdefault("case_finding", []).append({"case_id": case.case_id, **cells})
        elif what == "clock":
            run = clocks[name]
            cells = {c: getattr(run, c) for c in _CLOCK_COLUMNS}
            cells |= {
                "runs": run.amount,
                "by_line": run.line,
                "order_number": run.order_number,
                "verified": run.is_verified,
                "ran_out": has_run_out(run, today),
            }
            rows.setdefault("case_clock", []).append({"case_id": case.case_id, "entity": case.entity, **cells})
        elif what == "request":
            request = case.requests[name]
            cells = {c: getattr(request, c) for c in _REQUEST_COLUMNS}
            cells |= {"by_line": request.line, "duplicate": request.is_duplicate, "saved": request.is_saved}
            rows.setdefault("case_request", []).append({"case_id": case.case_id, "entity": case.entity, **cells})
    case.touched.clear()
    return rows


def event_row(case: Case, event: Event) -> Row:
    """Return an event as a row of the time line, with the state after it."""
    return {
        "case_id": case.case_id,
        "place": case.events,
        "entity": case.entity,
        "what": event.what,
        "happened_on": event.on,
        "told": event.told or None,
        "by_line": event.line,
        "by": event.by,
        "approved_by": event.approved_by,
        "reason": event.reason,
        "state_after": case.state,
        "said": json.dumps(plain(event.said), ensure_ascii=False, sort_keys=True),
    }


def _now(case: Case, pack: Pack) -> Row:
    columns = (
        *(
            "case_id",
            "entity",
            "office",
            "lead",
            "pending",
            "pending_office",
            "state",
            "rule",
            "severity",
            "opened_on",
            "raised_on",
        ),
        *("changed_on", "due_on", "rectified_by", "rectified_on", "evidence_on", "verified_by", "verified_on"),
        *("closed_by", "closed_on", "ended_how", "passes_as_of", "reopened", "reopened_on", "inquiry", "events"),
    )
    loss = Decimal(case.loss_cny) if case.loss_cny else None
    return {
        **{c: getattr(case, c) for c in columns},
        "informed": " ".join(case.informed),
        "findings": len(case.findings),
        "standing": len(case.standing),
        "contested": case.is_contested,
        "loss_cny": loss,
        "recovered_cny": Decimal(case.recovered_cny) if case.recovered_cny else None,
        "loss_class": loss_class(pack.params.get(pack.case_policy.loss_param), loss, case.loss_on),
    }


def loss_class(param: Param | None, loss: Decimal | None, on: dt.date | None) -> str:
    """Return the highest class that a loss reaches on a day; '' if none can be determined."""
    if param is None or loss is None or on is None:
        return ""
    in_force = [v for v in param.values if v.valid_from <= on and (v.valid_until is None or on < v.valid_until)]
    classes = [v for v in in_force if loss >= Decimal(str(v.value))]
    return dict(max(classes, key=lambda v: v.value).by).get(param.by[0], "") if classes and param.by else ""


def tables_of(kinds: Mapping[str, Kind], rows: Mapping[str, list[Row]]) -> dict[str, pa.Table]:
    """Return rows as typed fact tables; each row replaces the previous one with its key."""
    return {name: _table(kinds[name], table_rows) for name, table_rows in rows.items() if table_rows and name in kinds}


def merge(first: pa.Table | None, other: pa.Table | None) -> pa.Table | None:
    """Return the rows of two tables of one kind as one, each with a place of its own."""
    if first is None or other is None:
        return first if other is None else _with_places(other)
    return _with_places(pa.concat_tables([first, _with_places(other).select(first.column_names).cast(first.schema)]))


def _with_places(rows: pa.Table) -> pa.Table:
    """Return rows with the last places of a report, in their order, so that they are no reporter's lines."""
    count, bare = rows.num_rows, rows.drop_columns([c for c in ("report", "seq") if c in rows.column_names])
    places = np.arange(FACT_LINES - count, FACT_LINES, dtype=np.int64)
    return bare.append_column("report", pa.array(np.zeros(count, dtype=np.int64))).append_column(
        "seq", pa.array(places)
    )


def _table(kind: Kind, rows: list[Row]) -> pa.Table:
    cells: dict[str, pa.Array] = {}
    for field in kind.fields:
        values = [row.get(field.name) for row in rows]
        texts = field.column_type == "VARCHAR"
        cells[field.name] = pa.array([v or None for v in values] if texts else values, _arrow(field.column_type))
    cells |= {"act": pa.array(["correct"] * len(rows)), "key_hash": _hashes(kind.name, rows, kind.key)}
    return _with_places(pa.table({**cells, "content_hash": _hashes(kind.name, rows, [f.name for f in kind.fields])}))


def _arrow(form: str) -> pa.DataType:
    if form.startswith("DECIMAL"):
        precision, scale = (int(x) for x in form[8:-1].split(","))
        return pa.decimal128(precision, scale)
    return {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}[form]


def _hashes(table: str, rows: Iterable[Row], columns: Iterable[str]) -> pa.Array:
    named = tuple(columns)
    hashes = [
        int.from_bytes(blake2b(repr([table, *(row.get(c) for c in named)]).encode(), digest_size=8).digest(), "little")
        for row in rows
    ]
    return pa.array(np.array(hashes, dtype=np.uint64))
