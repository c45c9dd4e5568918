"""What a line, or the entity itself, sees of a case: what is kept back is not there, and persons have names of the case's own.

- Who has no part in a case sees nothing of it.
- A line that keeps its steps to itself shows others what it did, not who did it and why.
- A person is named to lines that may know persons; to others by a number of its own in each case.
"""

import json
from collections.abc import Iterator
from typing import Any

from comptroller.cases.case import Event
from comptroller.cases.fold import SEVERITIES, is_released_by
from comptroller.model.case_policy import CasePolicy, Sight

_PERSONS = ("by", "approved_by", "person", "rectified_by", "verified_by", "closed_by")
_KEPT = ("by", "approved_by", "reason")
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
Whole = dict[str, Any]


def visible_to_line(whole: Whole, line: str, work: CasePolicy) -> Whole | None:
    """Return a case (as `board.whole` does) as a line may see it; None for a line that has no part in it."""
    lead, informed = whole["lead"], (whole["informed"] or "").split()
    if line not in (lead, whole["pending"], *informed):
        return None
    return _shown(whole, line, work)


def visible_as_of(whole: Whole, line: str, work: CasePolicy) -> Whole:
    """Return a case of an earlier day to a seat that sees the case as it stands now; '' for an overseer."""
    return _shown(whole, line, work)


def visible_to_overseer(whole: Whole, work: CasePolicy) -> Whole | None:
    """Return a case as somebody sees it who oversees its office on no line; None for one that a line keeps to
    itself.
    """
    return None if work.sights.get(whole["lead"], Sight()).keeps else _shown(whole, "", work)


def _shown(whole: Whole, line: str, work: CasePolicy) -> Whole:
    """Return a case to whoever has a part in it, without what others keep."""
    lead = whole["lead"]
    keeps = {name for name, sight in work.sights.items() if sight.keeps and name != line}
    shown = {**whole, "event": [_event(one, line, lead, keeps) for one in whole["event"]]}
    shown["request"] = [{**one, "material": None} if one["by_line"] in keeps else one for one in whole["request"]]
    if whole.get("inquiry") in keeps:
        shown["inquiry"] = None
    if lead in keeps:
        shown |= dict.fromkeys(("verified_by", "closed_by"))
        shown["responsibility"] = []
    if not work.sights.get(line, Sight()).knows_persons:
        shown = _without_persons(shown)
    return shown


def _event(one: Whole, line: str, lead: str, keeps: set[str]) -> Whole:
    """Return an event of the time line without what its line keeps to itself."""
    if one["what"] == "finding.cleared" and line != lead:
        said = json.loads(one["said"] or "{}")
        return {**one, "said": json.dumps({name: cell for name, cell in said.items() if name != "persons"})}
    if one["what"] == "evidence.given" and not _may_see(one, line, lead):
        return {**one, "said": "{}", **dict.fromkeys(_KEPT)}
    if one["by_line"] in keeps and not _is_answer(one) and not _is_handed_to(one, line):
        return {**one, "said": "{}", **dict.fromkeys(_KEPT)}
    return one


def _is_handed_to(one: Whole, line: str) -> bool:
    """Return whether by this event a case was handed to a line: it is told why."""
    return bool(line) and one["what"] == "move.hand_over" and json.loads(one["said"] or "{}").get("to_line") == line


def _is_answer(one: Whole) -> bool:
    """Return whether the entity said it: an answer carries the entity's name."""
    return "answer" in json.loads(one["said"] or "{}")


def _may_see(one: Whole, line: str, lead: str) -> bool:
    scope = json.loads(one["said"] or "{}").get("seen_by", "case")
    return line == one["by_line"] or scope == "case" or (scope == "lead" and line == lead)


def _without_persons(whole: Whole) -> Whole:
    """Return a case with each person named by a number, in the order in which they come."""
    numbers: dict[str, str] = {}
    for person in _persons(whole):
        numbers.setdefault(person, f"person {len(numbers) + 1}")

    def hide(row: Whole) -> Whole:
        return {k: numbers.get(v, v) if k in _PERSONS and v else v for k, v in row.items()}

    lists = {name: [hide(one) for one in some] for name, some in whole.items() if isinstance(some, list)}
    return {**hide(whole), **lists}


def _persons(whole: Whole) -> Iterator[str]:
    for row in [*whole["event"], whole, *whole["responsibility"]]:
        for name in _PERSONS:
            if row.get(name):
                yield str(row[name])


def released_until(whole: Whole, work: CasePolicy) -> int:
    """Return the place of the last event by which a line told the entity of a case; 0 where none did."""
    told = [one["place"] for one in whole["event"] if is_released_by(whole["entity"], _as_event(one), work)]
    return max(told, default=0)


def _as_event(one: Whole) -> Event:
    return Event(one["what"], one["happened_on"], said=json.loads(one["said"] or "{}"))


def visible_to_entity(whole: Whole, work: CasePolicy, *, answers: bool = True, until: int | None = None) -> Whole:
    """Return a case as the entity that it is about may see it: its findings, its own answers, what is asked of it and
    by when.

    Findings are those that were in the case when a line last told the entity of it, the event in the place `until`. Of
    the lines' steps it sees those that the pack lets it see, without officers; of requests its own, of clocks those
    that bind it. A line that keeps its steps to itself is not named, and what it asks for and writes is for who
    `answers`.
    """
    seen = {f"move.{name}" for name, move in work.moves.items() if move.entity_sees}
    own = {f"move.{name}" for name, move in work.moves.items() if "entity" in move.by}
    until = released_until(whole, work) if until is None else until
    known = {
        _finding(one).get("finding")
        for one in whole["event"]
        if one["what"] == "finding.raised" and one["place"] < until
    }
    findings = [one for one in whole["finding"] if one["finding"] in known]
    events = []
    for one in whole["event"]:
        if one["what"].startswith("finding.") and _finding(one).get("finding") not in known:
            continue
        if one["what"] in own or one["what"].startswith("finding."):
            events.append(one if one["what"] in own else {**one, "said": json.dumps(_finding(one))})
        elif one["what"] in seen or one["what"] == "request.asked" or _is_letter_to(one, whole["entity"]):
            events.append({**one, "by": None, "approved_by": None, "said": json.dumps(_told(one))})
    head = {name: whole[name] for name in _ENTITY_HEAD}
    clocks = [one for one in whole["clock"] if one["holder"] == whole["entity"]]
    running = [one["due_on"] for one in clocks if one["due_on"] and not one["ended_on"] and not one["stopped_on"]]
    head["due_on"] = min(running, default=None)
    head |= {"findings": len(findings), "standing": sum(bool(one["stands"]) for one in findings)}
    head["severity"] = max((one["severity"] for one in findings), key=_rank, default=None)
    keeps = {name for name, sight in work.sights.items() if sight.keeps}
    kept = set() if answers else keeps
    events = [one for one in events if one["what"] in own or one.get("by_line") not in kept]
    if whole["lead"] in keeps:
        head["lead"] = None
        events = [{**one, "by_line": None} for one in events]
    asked = ("request", "material", "asked_on", "due_on", "answered_on")
    return {
        **head,
        "finding": [{k: v for k, v in one.items() if k != "joins"} for one in findings],
        "clock": clocks,
        "request": [
            {k: one[k] for k in asked} for one in whole["request"] if not one["saved"] and one["by_line"] not in kept
        ],
        "responsibility": [],
        "event": events,
    }


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def _is_letter_to(one: Whole, entity: str) -> bool:
    """Return whether an event tells of a letter that is addressed to the entity."""
    return one["what"] == "letter.sent" and bool(json.loads(one["said"] or "{}").get("addressee") == entity)


def visible_letters(whole: Whole) -> set[str]:
    """Return the letters of a case of which a seat is told, by what it sees of the case."""
    said = (json.loads(one["said"] or "{}") for one in whole["event"] if one["what"] == "letter.sent")
    return {str(one["letter"]) for one in said if "letter" in one}


def _finding(one: Whole) -> Whole:
    said = json.loads(one["said"] or "{}")
    return {name: said[name] for name in ("finding", "rule", "severity", "how", "entry") if name in said}


def _told(one: Whole) -> Whole:
    said = json.loads(one["said"] or "{}")
    names = ("clock", "extend_by", "order_number", "due_on", "letter", "kind", "request", "material", "finding")
    return {name: said[name] for name in names if name in said}
