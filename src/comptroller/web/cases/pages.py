"""Cases: the board and the table, one case with forms for the viewer's actions, and the lines' workload."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from comptroller.access.grants import REPORT, SEE
from comptroller.cases import queries, visibility
from comptroller.cases.sanction_bands import band_of
from comptroller.model.case_policy import ENDED, STATES
from comptroller.model.refusal import Refusal
from comptroller.web.cases import actions, approvals, numbered, view
from comptroller.web.cases.actions import ActionResult
from comptroller.web.cases.view import CaseView
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.charts import time_line
from comptroller.web.shell.labels import cell, evidence, field_named, label
from comptroller.web.shell.menu import MenuEntry, has_cases
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit


def _is_shown(visit: Visit) -> bool:
    """Return whether the viewer sees the board: the policy has routes, and the viewer does more than report."""
    return has_cases(visit) and not all(grant.gives(REPORT) for grant in visit.reach.viewer.in_force)


router = APIRouter()
MENU = (MenuEntry(40, "/cases", "cases", SEE, _is_shown),)
ADDRESSES = ("/cases", "/cases/load")
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=200)]
PAGE, COLUMN = 50, 12
SHOWS = ("board", "table")
_MARKED = ("finding.", "move.", "letter.")
_OF_ITSELF = ("case_id", "by", "office", "by_line", "move", "step", "suppression")
_ASIDE = (
    *("finding", "rule", "severity", "entity", "lead", "informed", "office", "remedy", "window_days", "joins"),
    *("answer", "step", "estimate", "evidence", "closes", "persons"),
)
"""Fields of an action and its event that no reader needs."""
_TITLED_AS = {"how": "cleared_how", "entry": "passes_as_of"}
"""Fields that use another field's title."""


@router.get("/cases")
def cases(  # noqa: PLR0913, PLR0917 - what one may ask by
    visit: Seeing,
    state: Word = "open",
    line: Word = "",
    entity: Word = "",
    rule: Word = "",
    late: Annotated[str, Query(pattern="|true")] = "",
    show: Annotated[str, Query(pattern="board|table")] = "board",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Return the cases where the viewer has a part: by state, or as a table."""
    view.require_cases(visit)
    mine, today = view.within(visit), view.today_of(visit)
    state = state if state in ("open", "all", *STATES) else "open"
    criteria = queries.CaseFilter(state, line, entity, rule, today if late else None, PAGE, (page - 1) * PAGE, mine)
    criteria = replace(criteria, source=view.source_of(visit))
    rows: list[dict[str, Any]] = []
    columns: list[tuple[str, list[dict[str, Any]]]] = []
    if show == "table":
        rows, counts = view.cards_of(visit, criteria)
    else:
        by_state, counts = queries.columns(visit.duck, replace(criteria, limit=COLUMN))
        columns = [
            (case_state, [view.visible_card(visit, card) for card in view.cards_as_of(visit, cards)])
            for case_state, cards in by_state.items()
        ]
    visit.hidden_count = view.count_hidden(visit, mine)
    among = queries.OPEN if state == "open" else (tuple(STATES) if state == "all" else (state,))
    count = sum(counts.get(case_state, 0) for case_state in among)
    address_fields = {"state": state, "line": line, "entity": entity, "rule": rule, "late": late, "show": show}
    return render(
        visit,
        "cases/case_board.html",
        asked=address_fields,
        address=lambda **more: urlencode({k: v for k, v in {**address_fields, **more}.items() if v}),
        columns=columns,
        rows=rows,
        counts=counts,
        count=count,
        page=page,
        pages=max(1, -(-count // PAGE)),
        shows=SHOWS,
        states=STATES,
        today=today,
        most=COLUMN,
    )


@router.get("/cases/load")
def load(visit: Seeing) -> Response:
    """Return each line's workload, what it closes and recovers, and how often material is requested twice."""
    view.require_cases(visit)
    mine = view.within(visit)
    visit.hidden_count = view.count_hidden(visit, mine)
    return render(visit, "cases/case_load.html", **loads(visit, mine))


def loads(visit: Visit, mine: str) -> dict[str, Any]:
    """Return the figures of the lines over the cases that the SQL selects."""
    lines = queries.load(visit.duck, view.today_of(visit), mine, view.source_of(visit))
    for row in lines:
        total = row["open"] + row["closed"] + row["dismissed"]
        row["closed_pct"] = 100 * (row["closed"] + row["dismissed"]) / total if total else None
        row["recovered_pct"] = 100 * row["recovered_cny"] / row["loss_cny"] if row["loss_cny"] else None
    return {"lines": lines, "asked": queries.requests(visit.duck, mine)}


@router.get("/cases/{case_id}")
def case_page(visit: Seeing, case_id: str, kept: Annotated[int, Query(ge=0)] = 0, waits: int = 0) -> Response:
    """Return one case on one page, as the viewer's seat shows it."""
    return show_case(visit, view.see(visit, case_id), "/cases", kept=kept, waits=waits)


@router.post("/cases/{case_id}/acts")
async def act(visit: Seeing, case_id: str, form: Form) -> Response:
    """Perform an action in a case."""
    fields = await fields_of_form(form)
    return await run_in_threadpool(_act, visit, case_id, fields)


def _act(visit: Visit, case_id: str, fields: dict[str, str]) -> Response:
    return perform_form(visit, view.see(visit, case_id), fields, "/cases")


@router.post("/cases/{case_id}/waiting/{number}")
def settle(visit: Seeing, case_id: str, number: int, form: Form) -> Response:
    """Approve an action that waits for another officer, or withdraw it."""
    case = view.see(visit, case_id)
    done = approvals.settle(visit, case, number, approves=form.get("does") == "approve")
    return _after(visit, case, done, "/cases")


async def fields_of_form(form: Form) -> dict[str, str]:
    """Return the typed fields of a form; of a file only its digest."""
    fields: dict[str, str] = {}
    for name, value in form.items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if content:
                fields["hash"] = sha256(content).hexdigest()
        elif str(value).strip():
            fields[name] = str(value).strip()[:20_000]
    return fields


def perform_form(visit: Visit, case: CaseView, fields: dict[str, str], base: str) -> Response:
    """Perform the action of a form, and show the case with the result."""
    return _after(
        visit, case, numbered.do_once(visit, case, fields.get("act", ""), fields, fields.get("number", "")), base
    )


def _after(visit: Visit, case: CaseView, done: ActionResult, base: str) -> Response:
    if done.refusals:
        page = show_case(visit, case, base, refusals=done.refusals)
        page.status_code = 422
        return page
    query = f"?kept={done.entry}" if done.entry else f"?waits={done.waits}" if done.waits else ""
    return RedirectResponse(f"{base}/{case.raw['case_id']}{query}", 303)


def show_case(  # noqa: PLR0913 - what was just done is shown beside the case
    visit: Visit, case: CaseView, base: str, *, refusals: Sequence[Refusal] = (), kept: int = 0, waits: int = 0
) -> Response:
    """Return the page of a case from a seat."""
    fields, today = _with_blanks(case), view.today_of(visit)
    names = [f["finding"] for f in fields["finding"]]
    hidden = len(case.raw["finding"]) - len(names)
    visit.hidden_count = hidden or None if case.seat != view.ENTITY else None
    answers = {f"move.{name}" for name, move in visit.pack.case_policy.moves.items() if move.of == actions.ANSWER}
    events = [{**e, "cells": event_cells(visit, e), "is_answer": e["what"] in answers} for e in fields["event"]]
    return render(
        visit,
        "cases/case_page.html",
        one=fields,
        seat=case.seat,
        line=case.line,
        base=base,
        today=today,
        states=STATES,
        ended=fields["state"] in ENDED,
        evidence=view.evidence_of(visit, fields, names),
        seen_findings={r["finding"] for r in _findings(visit, names)},
        events=events,
        bands=_bands(visit, fields, today) if fields["responsibility"] or (case.line and fields["loss_class"]) else {},
        what=lambda what: what_title(visit, what),
        marks=time_line(_marks(visit, fields)),
        acts=[] if view.is_as_of(visit) else actions.actions_of(visit, case),
        waiting=[] if view.is_as_of(visit) else _waiting_actions(visit, case),
        then=view.is_as_of(visit),
        letters=sorted(visibility.visible_letters(fields)),
        offices=[name for name in visit.chain(fields["entity"]) if name not in (fields["entity"], fields["office"])],
        number_of_act=visit.server.chance()[:12],
        refusals=refusals,
        kept=kept,
        waits=waits,
        told_cells=lambda rule, values: _evidence_cells(visit, rule, values),
        cell=lambda table, name, value: cell(visit, field_named(visit, [table], name), value),
    )


def _bands(visit: Visit, case: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """Return the band of consequences for each degree of responsibility, by current policy.

    Empty where the class of the loss is unknown.
    """
    if "responsibility" not in visit.pack.kinds or not case["loss_class"]:
        return {}
    degrees = visit.pack.kinds["responsibility"].field("degree").choices
    bands = {degree: band_of(visit.pack, case["loss_class"], degree, today) for degree in degrees}
    return {degree: band for degree, band in bands.items() if band is not None}


def _with_blanks(case: CaseView) -> dict[str, Any]:
    """Return a case with None in every place that is hidden from the seat."""
    fields: dict[str, Any] = {**dict.fromkeys(case.raw), **case.whole}
    blank = {"by_line": None, "supplied_on": None, "duplicate": False, "saved": False}
    return fields | {"request": [blank | row for row in fields["request"]]}


def _waiting_actions(visit: Visit, case: CaseView) -> list[dict[str, Any]]:
    """Return the waiting actions of a case, each with its values under the titles of its fields."""
    if case.seat != view.LINE:
        return []
    records = []
    for record in actions.waiting(visit, case.raw["case_id"]):
        kind, move = visit.pack.kinds[record["kind"]], visit.pack.case_policy.moves.get(record["name"])
        fields = [f for f in kind.fields if record["fact"].get(f.name) and f.name not in _OF_ITSELF]
        cells = [(visit.in_language(f.title), cell(visit, f, record["fact"][f.name])) for f in fields]
        records.append({**record, "cells": cells, "title": visit.in_language(move.title if move else kind.title)})
    return records


def _findings(visit: Visit, names: Sequence[str]) -> list[dict[str, Any]]:
    if not names:
        return []
    return visit.rows(f"SELECT finding FROM finding_now WHERE finding IN ({', '.join('?' * len(names))})", list(names))


def _evidence_cells(visit: Visit, rule: str, values: dict[str, Any]) -> list[tuple[str, str]]:
    rule_text = visit.pack.rules.get(rule)
    aside = ("entity", "entries", "since")
    return [
        (label(visit, rule_text, n), evidence(visit, rule_text, n, v))
        for n, v in values.items()
        if n not in aside and v not in (None, "")
    ]


def what_title(visit: Visit, what: str) -> str:
    """Return the title of an event: the pack's of a move, the console's of anything else."""
    head, _, name = what.partition(".")
    move = visit.pack.case_policy.moves.get(name) if head == "move" else None
    if move is not None:
        return visit.in_language(move.title)
    known = ("finding.raised", "finding.cleared", "request.asked", "evidence.given", "loss.estimated", "letter.sent")
    return visit.text(f"case.what.{what.replace('.', '_')}") if what in known else what


def event_cells(visit: Visit, event: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the other values of an event, with the titles of its fields."""
    kinds = {"request": "material_request", "evidence": "case_evidence", "loss": "loss_estimate", "letter": "letter"}
    kind = kinds.get(event["what"].partition(".")[0], "case_step")
    tables = [kind, "case_step", "enterprise_answer", "case_request", "case_finding", "case_now"]
    cells = []
    for name, value in json.loads(event["said"] or "{}").items():
        if name in _ASIDE or value in (None, "", [], False):
            continue
        field = field_named(visit, tables, _TITLED_AS.get(name, name))
        if name in ("to_line", "supplied_to"):
            text = visit.in_language(visit.pack.lines.get(str(value))) or str(value)
        elif name == "clock" and value in visit.pack.case_policy.clocks:
            text = visit.in_language(visit.pack.case_policy.clocks[value].title)
        else:
            text = cell(visit, field, value)
        cells.append((visit.in_language(field.title) if field else name, text))
    return cells


def _marks(visit: Visit, case: dict[str, Any]) -> list[tuple[dt.date, str, str]]:
    marks = [
        (e["happened_on"], what_title(visit, e["what"]), "fact") for e in case["event"] if e["what"].startswith(_MARKED)
    ]
    for clock in case["clock"]:
        if clock["due_on"] and not clock["ended_on"]:
            term = visit.pack.case_policy.clocks.get(clock["clock"])
            marks.append(
                (clock["due_on"], f"{visit.in_language(term.title) if term else ''} {visit.text('case.due')}", "since")
            )
    return marks
