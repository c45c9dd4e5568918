"""One finding: clause, versions, evidence, timeline, what would have made it lawful, the ledger's proof, the
source line.
"""

import datetime as dt
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.evaluation.explain import Explanation, explain
from comptroller.model.case_policy import STATES
from comptroller.web.cases import actions, view
from comptroller.web.shell.auth import may, present
from comptroller.web.shell.charts import chain_of, time_line
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.labels import evidence, fields_of, label, lawful_said, seen_rows, worded
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit
from comptroller.web.timelines.describe import describe
from comptroller.web.timelines.flows import rings_through
from comptroller.web.timelines.gather import starts, timeline_of
from comptroller.web.timelines.layout import Picture

router = APIRouter()
ADDRESSES = ("/findings/{finding}",)
"""Addresses that the tests of access open as every role."""
_REQUEST = "material_request"
_READ_LIST = re.compile(r"list = '(\w+)'")
Seeing = Annotated[Visit, Depends(may(SEE))]


def explanation_of(visit: Visit, finding: str) -> Explanation:
    """Return a finding with its explanation.

    Raises:
        NotFound: the finding is absent or outside the viewer's scope.
    """
    known = present(visit.one("SELECT finding FROM finding_now WHERE finding = ?", [finding]), finding)
    explanation: Explanation = present(
        explain(visit.duck, visit.pack, known, policy_of=visit.server.policy_of), finding
    )
    return explanation


@router.get("/findings/{finding}")
def finding_page(visit: Seeing, finding: str) -> Response:
    """Return the page of a finding."""
    explanation = explanation_of(visit, finding)
    rows, hidden = seen_rows(visit, explanation.rows)
    visit.hidden_count = hidden
    entries = {row["entry"]: visit.server.ledger.entry(row["entry"]) for row in rows}
    last = explanation.finding
    cells = [(label(visit, explanation.rule, name), name, value) for name, value in last.evidence.items()]
    path = next((v for n, v in last.evidence.items() if n in ("path", "chain") and isinstance(v, str) and ">" in v), "")
    strips = _strips(visit, last.entity, last.evidence, rows)
    return render(
        visit,
        "findings/finding.html",
        found=explanation,
        one=last,
        rule=explanation.rule,
        rows=rows,
        cells=cells,
        marks=time_line(_events(visit, explanation, rows)),
        chain=chain_of(path),
        strips=strips,
        picture=_picture(visit, explanation, strips),
        lists=_lists(visit, explanation),
        edition=_first_entry(visit, last.pack),
        rings=rings_through(visit, last.entries),
        case=_case(visit, finding),
        states=STATES,
        heads={number: entry.fields for number, entry in entries.items()},
        sum=next((last.evidence[n] for n in ("amount_cny", "sum_cny") if last.evidence.get(n) is not None), None),
        lawful=lawful_said(visit, explanation.rule, last.evidence) if explanation.rule else "",
        evidence=lambda name, value: evidence(visit, explanation.rule, name, value),
        fields_of=lambda table, row: fields_of(visit, table, row),
    )


def _strips(visit: Visit, entity: str, evidence: dict[str, Any], rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the timelines that a finding belongs to.

    They come from its evidence, and from the facts of the same entity that it read.
    """
    timelines = {(name, str(evidence[name])): None for name in starts(visit.pack) if evidence.get(name)}
    for row in rows:
        table, code = row["table"], row["row"].get(row["table"])
        if table in starts(visit.pack) and code and row["row"].get(visit.pack.kinds[table].books[0]) == entity:
            timelines[table, str(code)] = None
    return list(timelines)[:6] if visit.sees_entity(entity) else []


def _picture(visit: Visit, explanation: Explanation, strips: list[tuple[str, str]]) -> Picture | None:
    """Return the picture of the timeline that the finding is about.

    It is the timeline of the rule's partition key, otherwise the first.
    """
    docket = explanation.rule.docket if explanation.rule else ()
    chosen = next((timeline for timeline in strips if timeline[0] in docket), strips[0] if strips else None)
    strip = timeline_of(visit, chosen[0], explanation.finding.entity, chosen[1]) if chosen else None
    return describe(visit, strip)[2] if strip else None


def _lists(visit: Visit, explanation: Explanation) -> list[dict[str, Any]]:
    """Return the lines of lists that the rule reads, for the finding's item, as in force on its day."""
    names = sorted(set(_READ_LIST.findall(explanation.rule.whole_text))) if explanation.rule else []
    item, day = explanation.finding.evidence.get("item"), explanation.finding.since or explanation.finding.today
    if not (names and item and day):
        return []
    marks = ", ".join("?" * len(names))
    rows = visit.rows(
        "SELECT list, item, holder, limit_cny, valid_from, valid_until, fact FROM list_in_force "
        f"WHERE entity = ? AND item = ? AND list IN ({marks}) AND valid_from <= ? "
        "AND coalesce(valid_until, DATE '9999-12-31') > ? ORDER BY list, distance LIMIT 8",
        [explanation.finding.entity, str(item), *names, day, day],
    )
    lists = visit.pack.lists
    return [
        row
        | {"title": visit.in_language(lists[row["list"]].title) if row["list"] in lists else worded(visit, row["list"])}
        for row in rows
    ]


def _case(visit: Visit, finding: str) -> dict[str, Any] | None:
    """Return the case of a finding, with the action that requests material; None where the viewer sees no case."""
    if "case_finding" not in visit.pack.tables:
        return None
    rows = visit.duck.rows(
        "SELECT case_id FROM main.case_finding WHERE finding = ? ORDER BY raised_on DESC LIMIT 1", [finding]
    )
    try:
        case = view.see(visit, rows[0][0]) if rows else None
    except NotFound:
        return None
    if case is None or finding not in {row["finding"] for row in case.whole["finding"]}:
        return None
    request = next((act for act in actions.actions_of(visit, case) if act.name == _REQUEST), None)
    return {"id": case.raw["case_id"], "state": case.whole["state"], "request": request}


def _first_entry(visit: Visit, digest: str) -> int | None:
    """Return the entry that first adopted a policy."""
    rows = visit.duck.rows("SELECT min(entry) FROM main.adopted WHERE pack = ?", [digest])
    return rows[0][0] if rows else None


def _events(visit: Visit, explanation: Explanation, rows: list[dict[str, Any]]) -> list[tuple[dt.date, str, str]]:
    """Return the events with their days: those of the evidence, and the day of the finding."""
    events = []
    for row in rows:
        kind = visit.pack.tables[row["table"]]
        for field in kind.fields:
            value = row["row"].get(field.name)
            if field.type in ("day", "instant") and value:
                title = f"{visit.in_language(kind.title)} · {visit.in_language(field.title)}"
                events.append((dt.date.fromisoformat(str(value)[:10]), title, "fact"))
    if explanation.finding.since:
        events.append((explanation.finding.since, visit.text("finding.since"), "since"))
    return events
