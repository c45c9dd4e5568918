"""Calls about cases: the list, one case from the caller's seat, its actions, and what is due."""

import datetime as dt
import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from comptroller.access.grants import SEE
from comptroller.cases import queries
from comptroller.model.case_policy import STATES
from comptroller.model.finding import plain
from comptroller.web.api.pagination import After, Limit
from comptroller.web.api.schemas import BODY_ERRORS
from comptroller.web.cases import actions, approvals, letters, numbered, view
from comptroller.web.cases.actions import ActionResult
from comptroller.web.cases.inbox_page import day_of
from comptroller.web.cases.letters import LetterDraft
from comptroller.web.cases.view import CaseView
from comptroller.web.shell.auth import may
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["cases"])
ADDRESSES = ("/api/v1/day", "/api/v1/cases")
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=200)]
_NOT_FOR_ENTITY = (
    "lead",
    "pending",
    "informed",
    "loss_cny",
    "loss_class",
    "findings",
    "standing",
    "severity",
    "due_on",
)
"""Fields of a card that the entity does not see: lines, and what joined the case after its release."""
Side = Annotated[str, Query(pattern="|entity", description="`entity` for the entity's side of a case.")]


class Letter(BaseModel):
    """A letter to write: its kind, language, addressee, due day and text."""

    kind: Annotated[str, Field(max_length=40)]
    language: Annotated[str, Field(pattern="zh|en")] = "zh"
    addressee: Annotated[str, Field(max_length=200)] = ""
    due_on: dt.date | None = None
    text: Annotated[str, Field(max_length=20_000)] = ""


@router.get("/cases")
def cases(  # noqa: PLR0913, PLR0917 - what one may ask by
    visit: Seeing,
    state: Word = "open",
    line: Word = "",
    entity: Word = "",
    rule: Word = "",
    side: Side = "",
    after: After = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """Return cases in the order of their names; `state` is open, all, or a state."""
    view.require_cases(visit)
    mine = view.entity_within(visit) if side else view.within(visit)
    state = state if state in ("open", "all", *STATES) else "open"
    line = "" if side else line  # the entity is not shown which line leads a case
    criteria = queries.CaseFilter(state, line, entity, rule, limit=limit + 1, within=mine, source=view.source_of(visit))
    rows = queries.listed(visit.duck, criteria, after)
    items = [_card(visit, card, side) for card in view.cards_as_of(visit, rows[:limit])]
    answer = {"items": plain(items), "next": items[-1]["case_id"] if len(rows) > limit else None}
    return answer | {"hidden": view.count_hidden(visit, mine)}


def _card(visit: Visit, row: dict[str, Any], side: str) -> dict[str, Any]:
    card = view.visible_card(visit, row)
    hidden = _NOT_FOR_ENTITY if side else ()
    return {name: value for name, value in card.items() if name not in hidden}


@router.get("/cases/{case_id}")
def case(visit: Seeing, case_id: str, side: Side = "") -> dict[str, Any]:
    """Return one case from the caller's seat, with the actions they may perform and those that wait for an officer."""
    seat_view = _case_view(visit, case_id, side)
    case_fields = {
        **seat_view.whole,
        "event": [{**e, "said": json.loads(e["said"] or "{}")} for e in seat_view.whole["event"]],
    }
    waiting = actions.waiting(visit, seat_view.raw["case_id"]) if seat_view.seat == view.LINE else []
    acts = [
        {
            "act": act.name,
            "title": dict(act.title),
            "line": act.line or None,
            "fields": [f.name for f in act.fields],
            "needs": sorted(act.needs),
            "two_officers": act.is_for_two,
        }
        for act in ([] if view.is_as_of(visit) else actions.actions_of(visit, seat_view))
    ]
    fields: dict[str, Any] = plain(case_fields)
    return fields | {"seat": seat_view.seat, "seat_line": seat_view.line or None, "acts": acts, "waiting": waiting}


def _case_view(visit: Visit, case_id: str, side: str) -> CaseView:
    return view.see_as_entity(visit, case_id) if side else view.see(visit, case_id)


@router.post("/cases/{case_id}/acts", status_code=201, response_model=None, responses=BODY_ERRORS)
def act(
    visit: Seeing, case_id: str, said: Annotated[dict[str, str | int | float | bool | None], Body()], side: Side = ""
) -> Response:
    """Perform an action: `act` names it, `number` makes a repeated one the same, the rest are its fields.

    Recorded (201, with its entry), waiting for another officer (202), or rejected (422).
    """
    seat_view = _case_view(visit, case_id, side)
    name, number = str(said.pop("act", "")), str(said.pop("number", "") or "")
    words = {key: value if value is None or isinstance(value, bool) else str(value) for key, value in said.items()}
    return _response(numbered.do_once(visit, seat_view, name, words, number))


@router.post("/cases/{case_id}/waiting/{number}", response_model=None, responses=BODY_ERRORS)
def settle(visit: Seeing, case_id: str, number: int, *, approve: Annotated[bool, Body(embed=True)]) -> Response:
    """Approve an action or release a letter that waits for another officer, or withdraw it."""
    return _response(approvals.settle(visit, view.see(visit, case_id), number, approves=approve))


@router.get("/cases/{case_id}/letters")
def letters_of_case(visit: Seeing, case_id: str, side: Side = "") -> dict[str, Any]:
    """Return the sent letters of a case, those that wait for release, and the kinds that the caller may write."""
    seat_view = _case_view(visit, case_id, side)
    may_write = letters.may_write(visit, seat_view)
    kinds = [{"kind": k, "two_officers": letters.is_for_two(visit, k)} for k in letters.kinds_of(visit) if may_write]
    answer: dict[str, Any] = plain(
        {"items": letters.letters_of(visit, seat_view), "waiting": letters.waiting_in(visit, seat_view)}
    )
    return answer | {"kinds": kinds}


@router.post("/cases/{case_id}/letters", status_code=201, response_model=None, responses=BODY_ERRORS)
def write(visit: Seeing, case_id: str, letter: Annotated[Letter, Body()]) -> Response:
    """Send a letter (201, with its entry); one that needs a release waits for another officer (202)."""
    words = LetterDraft(
        letter.kind, letter.language, letter.addressee, letter.due_on.isoformat() if letter.due_on else "", letter.text
    )
    return _response(letters.send(visit, view.see(visit, case_id), words))


def _response(done: ActionResult) -> Response:
    status = 422 if done.refusals else 202 if done.waits else 201 if done.entry else 200
    return JSONResponse(plain(done.as_json()), status)


@router.get("/day")
def day(visit: Seeing) -> dict[str, Any]:
    """Return what is due from the caller: clocks, waiting actions, offered cases and cases to review."""
    view.require_cases(visit)
    answer: dict[str, Any] = plain(day_of(visit))
    return answer
