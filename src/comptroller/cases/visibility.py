"""What a line, or the entity itself, may see of a case: hidden parts are absent, and persons have pseudonyms.

- A line without a part in a case sees nothing of it.
- A line with confidential steps shows other lines what it did, not who did it or why.
- A person is named to lines that may know persons; others see a number that is used in that case only.
"""

import json
from collections.abc import Iterator
from typing import Any

from comptroller.cases.case import Event
from comptroller.cases.fold import SEVERITIES, is_released_by
from comptroller.model.case_policy import CasePolicy, Sight

_PERSONS = ("by", "approved_by", "person", "rectified_by", "verified_by", "closed_by")
_CONFIDENTIAL = ("by", "approved_by", "reason")
_ENTITY_HEAD = (
    *("case_id", "entity", "office", "lead", "state", "rule", "severity", "findings", "standing", "opened_on"),
    *(
        "changed_on",
        "due_on",
        "contested",
        "rectified_on",
        "closed_on",
        "ended_how",
        "passes_as_of",
        "reopened",
        "reopened_on",
    ),
)
Record = dict[str, Any]


def visible_to_line(case: Record, line: str, work: CasePolicy) -> Record | None:
    """Return a case (in the form of `queries.whole`) as a line may see it; None for a line without a part in it."""
    lead, informed = case["lead"], (case["informed"] or "").split()
    if line not in (lead, case["pending"], *informed):
        return None
    return _view_of(case, line, work)


def visible_as_of(case: Record, line: str, work: CasePolicy) -> Record:
    """Return a case as of an earlier day to a viewer that may see the current case; `line` is '' for an overseer."""
    return _view_of(case, line, work)


def visible_to_overseer(case: Record, work: CasePolicy) -> Record | None:
    """Return the case as an overseer without a supervision line may see it, or None if its leading line is
    confidential.
    """
    return None if work.sights.get(case["lead"], Sight()).keeps else _view_of(case, "", work)


def _view_of(case: Record, line: str, work: CasePolicy) -> Record:
    """Return a case for a party to it, without the confidential parts of other lines."""
    lead = case["lead"]
    keeps = {name for name, sight in work.sights.items() if sight.keeps and name != line}
    view = {**case, "event": [_event(row, line, lead, keeps) for row in case["event"]]}
    view["request"] = [{**row, "material": None} if row["by_line"] in keeps else row for row in case["request"]]
    if case.get("inquiry") in keeps:
        view["inquiry"] = None
    if lead in keeps:
        view |= dict.fromkeys(("verified_by", "closed_by"))
        view["responsibility"] = []
    if not work.sights.get(line, Sight()).knows_persons:
        view = _without_persons(view)
    return view


def _event(event: Record, line: str, lead: str, keeps: set[str]) -> Record:
    """Return an event of the time line without the confidential parts of its line."""
    if event["what"] == "finding.cleared" and line != lead:
        fields = json.loads(event["said"] or "{}")
        return {**event, "said": json.dumps({name: cell for name, cell in fields.items() if name != "persons"})}
    if event["what"] == "evidence.given" and not _may_see(event, line, lead):
        return {**event, "said": "{}", **dict.fromkeys(_CONFIDENTIAL)}
    if event["by_line"] in keeps and not _is_answer(event) and not _is_handed_to(event, line):
        return {**event, "said": "{}", **dict.fromkeys(_CONFIDENTIAL)}
    return event


def _is_handed_to(event: Record, line: str) -> bool:
    """Return whether this event handed the case to a line: that line sees the reason."""
    return bool(line) and event["what"] == "move.hand_over" and json.loads(event["said"] or "{}").get("to_line") == line


def _is_answer(event: Record) -> bool:
    """Return whether the entity reported it: only an answer has a name in the field `answer`."""
    return "answer" in json.loads(event["said"] or "{}")


def _may_see(event: Record, line: str, lead: str) -> bool:
    scope = json.loads(event["said"] or "{}").get("seen_by", "case")
    return line == event["by_line"] or scope == "case" or (scope == "lead" and line == lead)


def _without_persons(case: Record) -> Record:
    """Return a case with each person replaced by a number, in the order of first appearance."""
    numbers: dict[str, str] = {}
    for person in _persons(case):
        numbers.setdefault(person, f"person {len(numbers) + 1}")

    def hide(row: Record) -> Record:
        return {k: numbers.get(v, v) if k in _PERSONS and v else v for k, v in row.items()}

    lists = {name: [hide(one) for one in rows] for name, rows in case.items() if isinstance(rows, list)}
    return {**hide(case), **lists}


def _persons(case: Record) -> Iterator[str]:
    for row in [*case["event"], case, *case["responsibility"]]:
        for name in _PERSONS:
            if row.get(name):
                yield str(row[name])


def released_until(case: Record, work: CasePolicy) -> int:
    """Return the place of the last event that informed the entity of a case; 0 if none did."""
    places = [event["place"] for event in case["event"] if is_released_by(case["entity"], _as_event(event), work)]
    return max(places, default=0)


def _as_event(event: Record) -> Event:
    return Event(event["what"], event["happened_on"], said=json.loads(event["said"] or "{}"))


def visible_to_entity(case: Record, work: CasePolicy, *, answers: bool = True, until: int | None = None) -> Record:
    """Return a case as its entity may see it: its findings, its own answers, what it must supply and by when.

    - Findings are those in the case when a line last informed the entity, at the event in the place `until`.
    - Of the lines' steps it sees those that the pack lets it see, without officers.
    - Of requests it sees its own, and of clocks those that bind it.
    - A confidential line is not named; its requests and letters are for viewers with `answers` only.
    """
    visible_moves = {f"move.{name}" for name, move in work.moves.items() if move.entity_sees}
    own = {f"move.{name}" for name, move in work.moves.items() if "entity" in move.by}
    until = released_until(case, work) if until is None else until
    known = {
        _finding_fields(row).get("finding")
        for row in case["event"]
        if row["what"] == "finding.raised" and row["place"] < until
    }
    findings = [row for row in case["finding"] if row["finding"] in known]
    events = []
    for row in case["event"]:
        if row["what"].startswith("finding.") and _finding_fields(row).get("finding") not in known:
            continue
        if row["what"] in own or row["what"].startswith("finding."):
            events.append(row if row["what"] in own else {**row, "said": json.dumps(_finding_fields(row))})
        elif row["what"] in visible_moves or row["what"] == "request.asked" or _is_letter_to(row, case["entity"]):
            events.append({**row, "by": None, "approved_by": None, "said": json.dumps(_public_fields(row))})
    head = {name: case[name] for name in _ENTITY_HEAD}
    clocks = [row for row in case["clock"] if row["holder"] == case["entity"]]
    running = [row["due_on"] for row in clocks if row["due_on"] and not row["ended_on"] and not row["stopped_on"]]
    head["due_on"] = min(running, default=None)
    head |= {"findings": len(findings), "standing": sum(bool(row["stands"]) for row in findings)}
    head["severity"] = max((row["severity"] for row in findings), key=_rank, default=None)
    keeps = {name for name, sight in work.sights.items() if sight.keeps}
    hidden_lines = set() if answers else keeps
    events = [row for row in events if row["what"] in own or row.get("by_line") not in hidden_lines]
    if case["lead"] in keeps:
        head["lead"] = None
        events = [{**row, "by_line": None} for row in events]
    request_fields = ("request", "material", "asked_on", "due_on", "answered_on")
    return {
        **head,
        "finding": [{k: v for k, v in row.items() if k != "joins"} for row in findings],
        "clock": clocks,
        "request": [
            {k: row[k] for k in request_fields}
            for row in case["request"]
            if not row["saved"] and row["by_line"] not in hidden_lines
        ],
        "responsibility": [],
        "event": events,
    }


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def _is_letter_to(event: Record, entity: str) -> bool:
    """Return whether an event is a letter to the entity."""
    return event["what"] == "letter.sent" and bool(json.loads(event["said"] or "{}").get("addressee") == entity)


def visible_letters(case: Record) -> set[str]:
    """Return the letters of a case that a viewer may read, from what the viewer sees of the case."""
    letters = (json.loads(event["said"] or "{}") for event in case["event"] if event["what"] == "letter.sent")
    return {str(event["letter"]) for event in letters if "letter" in event}


def _finding_fields(event: Record) -> Record:
    fields = json.loads(event["said"] or "{}")
    return {name: fields[name] for name in ("finding", "rule", "severity", "how", "entry") if name in fields}


def _public_fields(event: Record) -> Record:
    fields = json.loads(event["said"] or "{}")
    names = ("clock", "extend_by", "order_number", "due_on", "letter", "kind", "request", "material", "finding")
    return {name: fields[name] for name in names if name in fields}
