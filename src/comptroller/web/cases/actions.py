"""Actions in cases: what a viewer may do in the current state, and each action as a report in the ledger.

- An action is recorded in the name of the signed-in officer, never in another's.
- An action for two officers is proposed by one, and recorded when another of the same line approves it.
- The case tracker decides whether an action is valid; a page offers those that it would not reject at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comptroller.access.grants import REPORT
from comptroller.intake import Report
from comptroller.model.case_policy import Move
from comptroller.model.channel import CONSOLE
from comptroller.model.kind import Field
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text
from comptroller.web.cases import view
from comptroller.web.cases.view import ENTITY, LINE, CaseView, handling_lines
from comptroller.web.shell.errors import PermissionDenied
from comptroller.web.shell.visit import Visit

STEP, ANSWER = "case_step", "enterprise_answer"
MOST_SECONDS = 120.0
_BESIDE = ("material_request", "case_evidence", "loss_estimate", "responsibility", "suppression")
"""What a line reports beside steps. The last two belong to the leading line, and each needs two officers."""
_LEADS, _TWO = ("responsibility", "suppression"), ("responsibility", "suppression")
_OF_MOVE: Mapping[str, tuple[str, ...]] = {
    "hand_over": ("to_line", "to_office"),
    "inform": ("to_line",),
    "extend": ("clock", "extend_by", "order_number"),
    "stop": ("clock",),
    "resume": ("clock",),
}
_OF_ANSWER: Mapping[str, tuple[str, ...]] = {
    "contest": ("finding",),
    "supply": ("material", "request", "evidence_on", "hash"),
    "rectify": ("evidence_on", "hash"),
    "confirm": ("finding",),
    "explain": ("letter",),
    "appeal": ("letter",),
}
_DAYS = {"material_request": "asked_on", "case_evidence": "obtained_on", "loss_estimate": "estimated_on"}
_KEYS = {STEP: "step", "material_request": "request", "case_evidence": "evidence", "loss_estimate": "estimate"} | {
    "suppression": "suppression",
    ANSWER: "answer",
}
_SELF = ("case_id", "office", "by_line", "by", "approved_by", "move")


@dataclass(frozen=True, slots=True)
class Action:
    """One permitted action: its kind and move, its title, its fields, and whether another officer approves it."""

    name: str
    kind: str
    move: str
    title: Text
    line: str
    fields: tuple[Field, ...]
    needs: frozenset[str] = field(default=frozenset())
    is_for_two: bool = False


@dataclass(frozen=True, slots=True)
class ActionResult:
    """The result of an action: recorded as an entry, waiting for another officer under a number, or rejected."""

    entry: int | None = None
    waits: int | None = None
    refusals: tuple[Refusal, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the result as plain values."""
        if self.refusals:
            return {"refused": [refusal.as_json() for refusal in self.refusals]}
        return {"entry": self.entry, "waits": self.waits}


def actions_of(visit: Visit, case: CaseView) -> list[Action]:
    """Return what the viewer may do in the case's current state, in the order of the pack."""
    if case.seat == ENTITY:
        return _answers(visit, case) if may_answer(visit, case.raw["entity"]) else []
    if case.seat != LINE:
        return []
    mine = [line_code for line_code in places_of(case) if line_code in handling_lines(visit)]
    steps = [act for move in visit.pack.case_policy.moves.values() if (act := _step(visit, case, move, mine))]
    line = next(iter(mine), "")
    beside = _BESIDE if line == case.raw["lead"] else tuple(k for k in _BESIDE if k not in _LEADS)
    return steps + [_beside(visit, kind, line) for kind in beside if line and kind in visit.pack.kinds]


def may_answer(visit: Visit, entity: str) -> bool:
    """Return whether the viewer may answer for an entity."""
    grants = [g for g in visit.reach.viewer.in_force if g.gives(REPORT)]
    if not visit.may(REPORT) or not grants:
        return False
    where = visit.reach.sees("e.entity", grants)
    return bool(
        visit.duck.rows(f"SELECT count(*) FROM main.entity AS e WHERE e.entity = ? AND ({where})", [entity])[0][0]
    )


def places_of(case: CaseView) -> list[str]:
    """Return the lines that have a part in a case, the leading one first."""
    raw = case.raw
    return [line for line in dict.fromkeys((raw["lead"], raw["pending"], *(raw["informed"] or "").split())) if line]


def _step(visit: Visit, case: CaseView, move: Move, mine: list[str]) -> Action | None:
    raw = case.raw
    if move.of != STEP or raw["state"] not in move.states:
        return None
    offered = [raw["pending"]] if view.is_offered(visit, raw) else []
    places = {"lead": [raw["lead"]], "pending": offered, "informed": (raw["informed"] or "").split()}
    line = next((item for item in mine if any(item in places.get(who, ()) for who in move.by)), "")
    if not line or not _is_ready(visit, raw, move) or (move.does == "conclude" and not raw["inquiry"]):
        return None
    if move.does in ("extend", "stop", "resume") and not any(_runs(item, move.does) for item in raw["clock"]):
        return None
    more = (*_OF_MOVE.get(move.does, ()), *(("due_on",) if move.to == "rectifying" and move.name == "require" else ()))
    names = [*more, *(n for n in move.needs if n not in (*more, "reason", "approved_by")), "reason"]
    return _act(visit, STEP, move, line, names)


def _is_ready(visit: Visit, raw: Mapping[str, Any], move: Move) -> bool:
    """Return whether a move's requirements are met, as far as the case itself shows."""
    is_accepted = bool(raw["standing"]) and any(event["what"] == "move.accept" for event in _since_reopened(raw))
    if "cleared" in move.requires and raw["standing"]:
        return False
    if "cleared_or_accepted" in move.requires and raw["standing"] and not is_accepted:
        return False
    if "verified" in move.requires and not (raw["verified_by"] or is_accepted):
        return False
    made = {event["what"].partition(".")[2]: event["by"] for event in _since_reopened(raw)}
    if move.after and not _is_unanswered(raw, move):
        return False
    return all(made.get(earlier) != visit.login for earlier in move.apart_from)


def _is_unanswered(raw: Mapping[str, Any], move: Move) -> bool:
    """Return whether the case has an unanswered move that this one answers."""
    made = [event["what"].partition(".")[2] for event in _since_reopened(raw)]
    answered = max((at for at, name in enumerate(made) if name == move.name), default=-1)
    return any(name in move.after for name in made[answered + 1 :])


def _since_reopened(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the moves since a case was opened, or last reopened."""
    events: list[dict[str, Any]] = raw["event"]
    last = 0
    for at, event in enumerate(events):
        if event["state_after"] == "triage" and at and events[at - 1]["state_after"] in ("closed", "dismissed"):
            last = at
    return [event for event in events[last:] if event["what"].startswith("move.")]


def _runs(clock: Mapping[str, Any], does: str) -> bool:
    if clock["ended_on"]:
        return False
    return does == "extend" or (clock["stopped_on"] is not None) == (does == "resume")


def _answers(visit: Visit, case: CaseView) -> list[Action]:
    answers = []
    for move in visit.pack.case_policy.moves.values():
        if move.of == ANSWER and case.raw["state"] in move.states:
            more = _OF_ANSWER.get(move.name, ())
            names = [*more, *(n for n in move.needs if n not in (*more, "reason")), "reason"]
            answers.append(_act(visit, ANSWER, move, "", names))
    return answers


def _act(visit: Visit, kind: str, move: Move, line: str, names: list[str]) -> Action:
    of = visit.pack.kinds[kind]
    fields = tuple(of.field(n) for n in dict.fromkeys(names) if n in of.columns)
    needs = frozenset(n for n in move.needs if n != "approved_by")
    return Action(move.name, kind, move.name, move.title, line, fields, needs, move.two_officers)


def _beside(visit: Visit, kind: str, line: str) -> Action:
    of = visit.pack.kinds[kind]
    aside = (*_SELF, _KEYS.get(kind, ""), _DAYS.get(kind, ""), *(("valid_from",) if kind == "suppression" else ()))
    own = ("entity",) if kind in _LEADS else ()
    fields = tuple(item for item in of.fields if item.name not in (*aside, *own))
    if kind == "suppression":
        fields = tuple(item for item in fields if item.name != "rule")
    needs = frozenset(item.name for item in fields if item.required)
    return Action(kind, kind, "", of.title, line, fields, needs, kind in _TWO)


def perform(visit: Visit, case: CaseView, name: str, values: Mapping[str, Any], number: str = "") -> ActionResult:
    """Perform an action with the values of its fields; `number` makes a repeated action the same one.

    Raises:
        PermissionDenied: the action is not among those that the viewer may perform.
    """
    act = next((item for item in actions_of(visit, case) if item.name == name), None)
    if act is None:
        raise PermissionDenied(name)
    short = [n for n in sorted(act.needs) if values.get(n) in (None, "")]
    if short:
        return ActionResult(refusals=tuple(_missing(act, n) for n in short))
    fact = fact_of(visit, case, act, values, number or visit.server.chance()[:12])
    if act.is_for_two:
        return ActionResult(waits=propose(visit, case, act.kind, act.name, line=act.line, fact=fact))
    return record(visit, act.kind, fact, str(fact.get("office") or case.raw["entity"]), officer=visit.login)


def _missing(act: Action, name: str) -> Refusal:
    return refusal("desk.form", ("", None, f"{act.kind}.{name}"), "-")


def fact_of(visit: Visit, case: CaseView, act: Action, values: Mapping[str, Any], number: str) -> dict[str, Any]:
    """Return an action as a fact: the typed fields, and what the console knows: the officer, the day, the case."""
    raw, today = case.raw, visit.server.local_now().date().isoformat()
    fact: dict[str, Any] = {
        f.name: _field_value(f, values[f.name]) for f in act.fields if values.get(f.name) not in (None, "")
    }
    fact |= {"case_id": raw["case_id"], "by": visit.login}
    if act.kind == ANSWER:
        return fact | {"entity": raw["entity"], "answer": number, "move": act.move, "done_on": today}
    fact |= {"office": _office(visit, raw, act)}
    if act.kind == "suppression":
        del fact["case_id"]
        fact |= {"suppression": number, "rule": raw["rule"], "valid_from": today}
        return fact if values.get("finding") else fact | {"entity": raw["entity"]}
    fact["by_line"] = act.line
    if act.kind == STEP:
        return fact | {"step": number, "move": act.move, "done_on": today}
    if act.kind in _KEYS:
        fact[_KEYS[act.kind]] = number
    if act.kind == "responsibility":
        is_known = any(row["person"] == fact.get("person") for row in raw["responsibility"])
        return fact | {"entity": raw["entity"]} | ({"act": "correct"} if is_known else {})
    return fact | {_DAYS[act.kind]: today}


def _office(visit: Visit, raw: Mapping[str, Any], act: Action) -> str:
    """Return the office that reports an action: the receiving office where it answers a handover, else the
    case's own.
    """
    move = visit.pack.case_policy.moves.get(act.move)
    answers = move is not None and move.does in ("receive", "decline") and raw.get("pending_office")
    return str(raw.get("pending_office") if answers else raw["office"])


def _field_value(of: Field, value: Any) -> Any:
    if of.type == "flag" and isinstance(value, str):
        return value == "true"
    return value.strip() if isinstance(value, str) else value


def record(  # noqa: PLR0913 - the parts of an action
    visit: Visit, kind: str, fact: Mapping[str, Any], reporter: str, *, officer: str, approver: str = ""
) -> ActionResult:
    """Record an officer's action in the ledger, with its approver if any, and wait for the result."""
    payload = json.dumps({"kind": kind, "facts": [fact]}, ensure_ascii=False).encode()
    act = Report(payload, "json", "desk-case.json", reporter, channel=CONSOLE, login=officer, approver=approver)
    outcome = visit.server.writer.take(act).result(MOST_SECONDS)
    return ActionResult(outcome.entry, None, outcome.refusals)


def propose(visit: Visit, case: CaseView, kind: str, name: str, *, line: str, fact: Mapping[str, Any]) -> int:  # noqa: PLR0913 - what is kept of it
    """Store an action until another officer of the line approves it; return its number."""
    at = visit.server.local_now().isoformat(timespec="seconds")
    text = json.dumps(fact, ensure_ascii=False)
    rows = visit.server.storage.rows(
        "INSERT INTO waiting_act (case_id, kind, name, line, office, login, at, fact) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING number",
        [case.raw["case_id"], kind, name, line, case.raw["office"], visit.login, at, text],
    )
    return int(rows[0][0])


def _cases_of(visit: Visit, line: str, waits: list[dict[str, Any]]) -> set[str]:
    """Return the cases of waiting actions where the viewer has a part for a line."""
    names = sorted({str(row["case_id"]) for row in waits if row["line"] == line})
    part = visit.reach.part(line)
    if not names or part == "false":
        return set()
    sql = f"SELECT n.case_id FROM case_now AS n WHERE n.case_id IN ({', '.join('?' * len(names))}) AND ({part})"
    return {str(case_id) for (case_id,) in visit.duck.rows(sql, names)}


def waiting(visit: Visit, case_id: str = "") -> list[dict[str, Any]]:
    """Return the waiting actions of the viewer's lines, of one case or of all; `is_own` marks the viewer's own.

    Each is read through the viewer's current access. It is listed where the line has a part in the case, at an office
    that the viewer's grants include.
    """
    names = ("number", "case_id", "kind", "name", "line", "office", "login", "at", "fact")
    rows = visit.server.storage.rows(f"SELECT {', '.join(names)} FROM waiting_act ORDER BY number")
    records = [dict(zip(names, row, strict=True)) for row in rows]
    chosen = [record for record in records if case_id in ("", record["case_id"])]
    lines = {line: _cases_of(visit, line, chosen) for line in handling_lines(visit)}
    mine = [record for record in chosen if record["case_id"] in lines.get(record["line"], ())]
    return [
        {**record, "fact": json.loads(str(record["fact"])), "is_own": record["login"] == visit.login} for record in mine
    ]
