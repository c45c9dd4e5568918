"""The entity's side: its inbox of cases with requests and due days, and each case with its answers; and every
user's day.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from comptroller.access.grants import REPORT, SEE
from comptroller.cases import queries
from comptroller.web.cases import actions, view
from comptroller.web.cases.pages import fields_of_form, perform_form, show_case
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.menu import MenuEntry, has_cases
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (
    MenuEntry(20, "/day", "day", SEE, has_cases),
    MenuEntry(50, "/inbox", "inbox", REPORT, has_cases),
)
ADDRESSES = ("/inbox", "/day")
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
_SOON_DAYS, _MOST = 30, 200


@router.get("/inbox")
def inbox(visit: Seeing, state: Annotated[str, Query(pattern="open|all")] = "open") -> Response:
    """Return the cases about entities on the viewer's side, the earliest due first."""
    view.require_cases(visit)
    mine, today = view.entity_within(visit), view.today_of(visit)
    cards, counts = view.cards_of(visit, queries.CaseFilter(state, limit=_MOST, within=mine))
    due = due_within(visit, f"({mine})", [row["case_id"] for row in cards])
    first: dict[str, dict[str, Any]] = {}
    for row in due:
        first.setdefault(row["case_id"], row)
    return render(visit, "cases/inbox.html", cards=cards, counts=counts, first=first, today=today, state=state)


@router.get("/inbox/{case_id}")
def inbox_case(visit: Seeing, case_id: str, kept: Annotated[int, Query(ge=0)] = 0) -> Response:
    """Return a case as the entity sees it, with forms for its answers."""
    return show_case(visit, view.see_as_entity(visit, case_id), "/inbox", kept=kept)


@router.post("/inbox/{case_id}/acts")
async def answer(visit: Seeing, case_id: str, form: Form) -> Response:
    """Record an answer of the entity."""
    fields = await fields_of_form(form)
    return await run_in_threadpool(_answer, visit, case_id, fields)


def _answer(visit: Visit, case_id: str, fields: dict[str, str]) -> Response:
    return perform_form(visit, view.see_as_entity(visit, case_id), fields, "/inbox")


@router.get("/day")
def day(visit: Seeing) -> Response:
    """Return what is due from the viewer: clocks of their lines and entities, waiting actions, and cases to review."""
    view.require_cases(visit)
    return render(visit, "cases/day.html", **day_of(visit))


def day_of(visit: Visit) -> dict[str, Any]:
    """Return what is due from the viewer, by sort: the first of each, and how many there are."""
    today, count = view.today_of(visit), 0
    due: list[dict[str, Any]] = []
    lines = view.handling_lines(visit)
    fresh: list[dict[str, Any]] = []
    offered: list[dict[str, Any]] = []
    clocks = view.clocks_of(visit)
    for line in lines:
        part = visit.reach.part(line)
        clock_rows, more = queries.due(
            visit.duck, today, line=line, within_days=_SOON_DAYS, within=part, source=clocks, limit=_MOST
        )
        due, count = due + clock_rows, count + more
        fresh += _cards(visit, "triage", line, f"({part}) AND n.lead = {_text(line)}")
        offered += _cards(visit, "open", line, f"({part}) AND n.pending = {_text(line)}")
    mine = f"({view.entity_within(visit)})"
    owed, owed_count = ([], 0) if lines else _entity_clocks(visit, mine, _SOON_DAYS, _MOST)
    listed = {row["case_id"] for row in due}
    return {
        "today": today,
        "due": _with_rules(visit, sorted(due, key=lambda row: (row["due_on"], row["case_id"]))),
        "due_count": count,
        "owed": _with_rules(visit, owed),
        "owed_count": owed_count,
        "fresh": [row for row in fresh if row["case_id"] not in listed],
        "offered": offered,
        "waiting": actions.waiting(visit),
        "lines": lines,
    }


def _cards(visit: Visit, state: str, line: str, where: str) -> list[dict[str, Any]]:
    return view.cards_of(visit, queries.CaseFilter(state, line, limit=_MOST, within=where))[0]


def _with_rules(visit: Visit, due: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return clocks with the rule of their case, where the viewer may know it."""
    names = sorted({row["case_id"] for row in due})
    if not names:
        return due
    sql = f"SELECT case_id, rule FROM case_now WHERE case_id IN ({', '.join('?' * len(names))})"
    rules = dict(visit.duck.rows(sql, names))
    return [view.visible_card(visit, {**row, "rule": rules.get(row["case_id"])}) for row in due]


def _entity_clocks(visit: Visit, where: str, days: int, most: int) -> tuple[list[dict[str, Any]], int]:
    """Return the clocks that bind the case's entity, in the cases that the SQL selects, due within so many days."""
    clocks = f"(SELECT * FROM {view.clocks_of(visit)} AS o WHERE holder = entity)"
    return queries.due(visit.duck, view.today_of(visit), within_days=days, within=where, source=clocks, limit=most)


def due_within(visit: Visit, where: str, cases: list[str]) -> list[dict[str, Any]]:
    """Return the running clocks of the entity in some of the cases that the SQL selects."""
    if not cases:
        return []
    named = ", ".join(map(_text, cases))
    return _entity_clocks(visit, f"{where} AND n.case_id IN ({named})", 9999, 1_000_000)[0]


def _text(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
