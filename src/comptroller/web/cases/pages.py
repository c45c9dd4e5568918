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
    """Return the cases in which the viewer has a part: by state, or as a table."""
    view.require_cases(visit)
    mine, today = view.within(visit), view.today_of(visit)
    state = state if state in ("open", "all", *STATES) else "open"
    asked = queries.CaseFilter(state, line, entity, rule, today if late else None, PAGE, (page - 1) * PAGE, mine)
    asked = replace(asked, source=view.source_of(visit))
    rows: list[dict[str, Any]] = []
    columns: list[tuple[str, list[dict[str, Any]]]] = []
    if show == "table":
        rows, counts = view.cards_of(visit, asked)
    else:
        held, counts = queries.columns(visit.duck, replace(asked, limit=COLUMN))
        columns = [
            (one, [view.told_card(visit, card) for card in view.cards_then(visit, cards)])
            for one, cards in held.items()
        ]
    visit.hidden_count = view.count_hidden(visit, mine)
    among = queries.OPEN if state == "open" else (tuple(STATES) if state == "all" else (state,))
    count = sum(counts.get(one, 0) for one in among)
    said = {"state": state, "line": line, "entity": entity, "rule": rule, "late": late, "show": show}
    return render(
        visit,
        "cases/case_board.html",
        asked=said,
        address=lambda **more: urlencode({k: v for k, v in {**said, **more}.items() if v}),
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
    for one in lines:
        whole = one["open"] + one["closed"] + one["dismissed"]
        one["closed_pct"] = 100 * (one["closed"] + one["dismissed"]) / whole if whole else None
        one["recovered_pct"] = 100 * one["recovered_cny"] / one["loss_cny"] if one["loss_cny"] else None
    return {"lines": lines, "asked": queries.requests(visit.duck, mine)}


@router.get("/cases/{case_id}")
def case_page(visit: Seeing, case_id: str, kept: Annotated[int, Query(ge=0)] = 0, waits: int = 0) -> Response:
    """Return one case on one page, as the viewer's seat shows it."""
    return show_case(visit, view.see(visit, case_id), "/cases", kept=kept, waits=waits)


@router.post("/cases/{case_id}/acts")
async def act(visit: Seeing, case_id: str, form: Form) -> Response:
    """Perform an action in a case."""
    said = await fields_of_form(form)
    return await run_in_threadpool(_act, visit, case_id, said)


def _act(visit: Visit, case_id: str, said: dict[str, str]) -> Response:
    return acted(visit, view.see(visit, case_id), said, "/cases")


@router.post("/cases/{case_id}/waiting/{number}")
def settle(visit: Seeing, case_id: str, number: int, form: Form) -> Response:
    """Approve an action that waits for another officer, or withdraw it."""
    seen = view.see(visit, case_id)
    done = approvals.settle(visit, seen, number, approves=form.get("does") == "approve")
    return _after(visit, seen, done, "/cases")


async def fields_of_form(form: Form) -> dict[str, str]:
    """Return the typed fields of a form; of a file only its digest."""
    said: dict[str, str] = {}
    for name, value in form.items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if content:
                said["hash"] = sha256(content).hexdigest()
        elif str(value).strip():
            said[name] = str(value).strip()[:20_000]
    return said


def acted(visit: Visit, seen: CaseView, said: dict[str, str], base: str) -> Response:
    """Perform the action of a form, and show the case with the result."""
    return _after(visit, seen, numbered.do_once(visit, seen, said.get("act", ""), said, said.get("number", "")), base)


def _after(visit: Visit, seen: CaseView, done: ActionResult, base: str) -> Response:
    if done.refusals:
        page = show_case(visit, seen, base, refusals=done.refusals)
        page.status_code = 422
        return page
    told = f"?kept={done.entry}" if done.entry else f"?waits={done.waits}" if done.waits else ""
    return RedirectResponse(f"{base}/{seen.raw['case_id']}{told}", 303)


def show_case(  # noqa: PLR0913 - what was just done is shown beside the case
    visit: Visit, seen: CaseView, base: str, *, refusals: Sequence[Refusal] = (), kept: int = 0, waits: int = 0
) -> Response:
    """Return the page of a case from a seat."""
    one, today = _filled(seen), view.today_of(visit)
    names = [f["finding"] for f in one["finding"]]
    hidden = len(seen.raw["finding"]) - len(names)
    visit.hidden_count = hidden or None if seen.seat != view.ENTITY else None
    answers = {f"move.{name}" for name, move in visit.pack.case_policy.moves.items() if move.of == actions.ANSWER}
    events = [{**e, "cells": said_cells(visit, e), "is_answer": e["what"] in answers} for e in one["event"]]
    return render(
        visit,
        "cases/case_page.html",
        one=one,
        seat=seen.seat,
        line=seen.line,
        base=base,
        today=today,
        states=STATES,
        ended=one["state"] in ENDED,
        evidence=view.evidence_of(visit, one, names),
        seen_findings={r["finding"] for r in _findings(visit, names)},
        events=events,
        bands=_bands(visit, one, today) if one["responsibility"] or (seen.line and one["loss_class"]) else {},
        what=lambda what: what_title(visit, what),
        marks=time_line(_marks(visit, one)),
        acts=[] if view.is_then(visit) else actions.actions_of(visit, seen),
        waiting=[] if view.is_then(visit) else _waiting(visit, seen),
        then=view.is_then(visit),
        letters=sorted(visibility.visible_letters(one)),
        offices=[name for name in visit.chain(one["entity"]) if name not in (one["entity"], one["office"])],
        number_of_act=visit.server.chance()[:12],
        refusals=refusals,
        kept=kept,
        waits=waits,
        told_cells=lambda rule, said: _evidence_cells(visit, rule, said),
        cell=lambda table, name, value: cell(visit, field_named(visit, [table], name), value),
    )


def _bands(visit: Visit, one: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """Return the band of consequences for each degree of responsibility, by current policy.

    Empty where the class of the loss is unknown.
    """
    if "responsibility" not in visit.pack.kinds or not one["loss_class"]:
        return {}
    degrees = visit.pack.kinds["responsibility"].field("degree").choices
    found = {degree: band_of(visit.pack, one["loss_class"], degree, today) for degree in degrees}
    return {degree: band for degree, band in found.items() if band is not None}


def _filled(seen: CaseView) -> dict[str, Any]:
    """Return a case with None in every place that is hidden from the seat."""
    found: dict[str, Any] = {**dict.fromkeys(seen.raw), **seen.whole}
    blank = {"by_line": None, "supplied_on": None, "duplicate": False, "saved": False}
    return found | {"request": [blank | one for one in found["request"]]}


def _waiting(visit: Visit, seen: CaseView) -> list[dict[str, Any]]:
    """Return the waiting actions of a case, each with its values under the titles of its fields."""
    if seen.seat != view.LINE:
        return []
    found = []
    for one in actions.waiting(visit, seen.raw["case_id"]):
        kind, move = visit.pack.kinds[one["kind"]], visit.pack.case_policy.moves.get(one["name"])
        fields = [f for f in kind.fields if one["fact"].get(f.name) and f.name not in _OF_ITSELF]
        cells = [(visit.in_language(f.title), cell(visit, f, one["fact"][f.name])) for f in fields]
        found.append({**one, "cells": cells, "title": visit.in_language(move.title if move else kind.title)})
    return found


def _findings(visit: Visit, names: Sequence[str]) -> list[dict[str, Any]]:
    if not names:
        return []
    return visit.rows(f"SELECT finding FROM finding_now WHERE finding IN ({', '.join('?' * len(names))})", list(names))


def _evidence_cells(visit: Visit, rule: str, said: dict[str, Any]) -> list[tuple[str, str]]:
    one = visit.pack.rules.get(rule)
    aside = ("entity", "entries", "since")
    return [
        (label(visit, one, n), evidence(visit, one, n, v))
        for n, v in said.items()
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


def said_cells(visit: Visit, event: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the other values of an event, with the titles of its fields."""
    told = {"request": "material_request", "evidence": "case_evidence", "loss": "loss_estimate", "letter": "letter"}
    kind = told.get(event["what"].partition(".")[0], "case_step")
    tables = [kind, "case_step", "enterprise_answer", "case_request", "case_finding", "case_now"]
    found = []
    for name, value in json.loads(event["said"] or "{}").items():
        if name in _ASIDE or value in (None, "", [], False):
            continue
        field = field_named(visit, tables, _TITLED_AS.get(name, name))
        if name in ("to_line", "supplied_to"):
            shown = visit.in_language(visit.pack.lines.get(str(value))) or str(value)
        elif name == "clock" and value in visit.pack.case_policy.clocks:
            shown = visit.in_language(visit.pack.case_policy.clocks[value].title)
        else:
            shown = cell(visit, field, value)
        found.append((visit.in_language(field.title) if field else name, shown))
    return found


def _marks(visit: Visit, one: dict[str, Any]) -> list[tuple[dt.date, str, str]]:
    found = [
        (e["happened_on"], what_title(visit, e["what"]), "fact") for e in one["event"] if e["what"].startswith(_MARKED)
    ]
    for clock in one["clock"]:
        if clock["due_on"] and not clock["ended_on"]:
            term = visit.pack.case_policy.clocks.get(clock["clock"])
            found.append(
                (clock["due_on"], f"{visit.in_language(term.title) if term else ''} {visit.text('case.due')}", "since")
            )
    return found
