"""May this be done? Steps, answers, requests and letters are checked against the current case, one after the other.

- A rejected step changes nothing; later steps in the same report are rejected with it.
- A report's steps are tried on a copy, in their order, so that one report may hold several steps of one case.
"""

import copy
import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from comptroller.cases.case import Case, Event
from comptroller.cases.due_dates import DueDates
from comptroller.cases.events import KINDS, MOVES, events_from_facts
from comptroller.cases.fold import apply
from comptroller.cases.messages import step_refusal
from comptroller.cases.office import RESPONSIBILITY, is_office_of, refuse_responsibility
from comptroller.model.case_policy import STATES, Move
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refusal
from comptroller.model.register_view import RegisterView

ANSWER = "enterprise_answer"
"""The kind of an entity's answer. An entity that no line informed of a case cannot find out by answering that
it exists.
"""
Lookup = Callable[[str], Case | None]
Beside = Callable[[Case], Sequence[str]]
"""Returns the other cases that rest on the facts of a case."""


class StepValidation:
    """The checks before a step is accepted."""

    def __init__(self, pack: Pack, days: DueDates, known: RegisterView) -> None:
        """Store the policy of moves, and the register of who is above an entity."""
        self._pack, self._work, self._days, self._known = pack, pack.case_policy, days, known

    def refuse(
        self, tables: Mapping[str, pa.Table], on: dt.date, lookup: Lookup, beside: Beside
    ) -> dict[int, list[Refusal]]:
        """Return refusals by report, for reports that arrive on a day."""
        mine = {name: tables[name] for name in (*KINDS, RESPONSIBILITY) if name in tables}
        refusals: dict[int, list[Refusal]] = {}
        tried: dict[str, Case] = {}
        for report in sorted({r for table in mine.values() for r in table.column("report").to_pylist()}):
            own = dict(tried)
            rows = {
                name: table.filter(pa.compute.equal(table.column("report"), report)) for name, table in mine.items()
            }
            rejected = list(self._finals(rows))
            for kind, case_id, event in events_from_facts(rows, "seq"):
                case = own.get(case_id) or lookup(case_id)
                if case is None or (kind == ANSWER and not case.is_released):
                    rejected.append(step_refusal("cases.case", kind, "case_id", case_id))
                    continue
                case = copy.deepcopy(case)
                why = list(self._check(kind, case, event, on, _Parallel(own, lookup, beside)))
                rejected += why
                if not why:
                    apply(case, event, self._work, self._days)
                    own[case_id] = case
            if RESPONSIBILITY in rows:
                rejected += refuse_responsibility(rows[RESPONSIBILITY], own, lookup)
            if rejected:
                refusals[report] = rejected
            else:
                tried = own
        return refusals

    def _finals(self, rows: Mapping[str, pa.Table]) -> list[Refusal]:
        """Return refusals of corrections and retractions of steps."""
        return [
            step_refusal("cases.final", kind, "act", act)
            for kind, table in rows.items()
            if kind in KINDS
            for act in sorted({a for a in table.column("act").to_pylist() if a in ("correct", "retract")})
        ]

    def _check(self, kind: str, case: Case, event: Event, on: dt.date, parallel: "_Parallel") -> list[Refusal]:
        refusals: list[Refusal] = []
        if event.on > on:
            refusals.append(step_refusal("cases.future", kind, "day", event.on))
        if case.opened_on and event.on < case.opened_on:
            refusals.append(step_refusal("cases.early", kind, "day", f"{event.on} < {case.opened_on}"))
        if kind == ANSWER:
            if event.text("entity") != case.entity:
                refusals.append(step_refusal("cases.entity", kind, "entity", event.text("entity")))
        elif event.line not in self._pack.lines:
            refusals.append(step_refusal("cases.line", kind, "by_line", event.line))
        elif kind not in MOVES and event.line not in (case.lead, case.pending, *case.informed):
            refusals.append(step_refusal("cases.role", kind, "by_line", event.line))
        refusals += self._letter(kind, event) if kind == "letter" else []
        return refusals + self._check_move(kind, case, event, refusals, parallel)

    def _check_move(
        self, kind: str, case: Case, event: Event, previous: list[Refusal], parallel: "_Parallel"
    ) -> list[Refusal]:
        """Return refusals of the office of an act, and of the move itself if nothing was rejected before."""
        name = event.what.partition(".")[2]
        move = self._work.moves.get(name) if kind in MOVES else None
        if kind != "enterprise_answer" and not is_office_of(event.office, case, move):
            return [step_refusal("cases.act_office", kind, "office", event.office or "-")]
        if kind not in MOVES or previous:
            return []
        if move is None or move.of != kind:
            return [step_refusal("cases.move", kind, "move", name)]
        return self._move(kind, case, move, event, parallel)

    def _letter(self, kind: str, event: Event) -> list[Refusal]:
        """Return the refusal of a letter without a second officer, if its template requires one."""
        template = self._pack.letters.get(event.text("kind"))
        if template is None or not template.two_officers:
            return []
        if not event.approved_by:
            return [step_refusal("cases.needs", kind, "approved_by", template.name)]
        return (
            [step_refusal("cases.one_officer", kind, "approved_by", event.by)] if event.approved_by == event.by else []
        )

    def _move(self, kind: str, case: Case, move: Move, event: Event, parallel: "_Parallel") -> list[Refusal]:
        refusals: list[Refusal] = []
        if case.state not in move.states:
            refusals.append(
                step_refusal("cases.state", kind, "move", f"{move.name}: {STATES[case.state].zh} {case.state}")
            )
        if kind == "case_step" and not _may(move, case, event.line):
            refusals.append(step_refusal("cases.role", kind, "by_line", f"{move.name}: {event.line}"))
        for name in move.needs:
            value = {"reason": event.reason, "approved_by": event.approved_by}.get(name, event.said.get(name))
            if value in (None, ""):
                refusals.append(step_refusal("cases.needs", kind, name, move.name))
        if move.two_officers and event.by and event.approved_by == event.by:
            refusals.append(step_refusal("cases.one_officer", kind, "approved_by", event.by))
        refusals += [
            step_refusal("cases.same_officer", kind, "by", f"{event.by}: {earlier}, {move.name}")
            for earlier in move.apart_from
            if case.officers.get(earlier) == event.by
        ]
        if move.after and not any(earlier in case.officers for earlier in move.after):
            refusals.append(step_refusal("cases.after", kind, "move", f"{move.name}: {', '.join(move.after)}"))
        refusals += self._requires(kind, case, move, event, parallel)
        refusals += self._does(kind, case, move, event)
        return refusals

    def _requires(self, kind: str, case: Case, move: Move, event: Event, parallel: "_Parallel") -> list[Refusal]:
        refusals: list[Refusal] = []
        stands = ", ".join(finding.finding for finding in case.standing)
        needs_clear = "cleared" in move.requires or ("cleared_or_accepted" in move.requires and not case.is_accepted)
        if needs_clear and stands:
            refusals.append(step_refusal("cases.stands", kind, "move", stands))
        if "verified" in move.requires and not (case.is_accepted or case.verified_by):
            refusals.append(step_refusal("cases.unverified", kind, "move", move.name))
        if "no_other_inquiry" in move.requires:
            other = case.inquiry if case.inquiry not in ("", event.line) else parallel.line(case)
            if case.inquiry == event.line or other:
                refusals.append(step_refusal("cases.inquiry", kind, "move", other or event.line))
        return refusals

    def _does(self, kind: str, case: Case, move: Move, event: Event) -> list[Refusal]:
        refusals: list[Refusal] = []
        to_line = event.text("to_line")
        to_office = event.text("to_office") if move.does == "hand_over" else ""
        stays = to_line == case.lead and to_office in ("", case.office)
        if move.does in ("hand_over", "inform") and (to_line not in self._pack.lines or stays):
            refusals.append(step_refusal("cases.line", kind, "to_line", to_line))
        if to_office and to_office not in self.above(case.entity):
            refusals.append(step_refusal("cases.office", kind, "to_office", to_office))
        if move.does not in ("extend", "stop", "resume"):
            return refusals
        name = event.text("clock")
        run, clock = case.running(name), self._work.clocks.get(name)
        if run is None or clock is None:
            return [*refusals, step_refusal("cases.clock", kind, "clock", name)]
        if (move.does == "stop") == (run.stopped_on is not None) and move.does != "extend":
            refusals.append(step_refusal("cases.clock", kind, "clock", f"{name}: {run.stopped_on}"))
        if move.does == "extend":
            amount = int(event.said.get("extend_by") or 0)
            if run.extensions >= clock.extensions or run.extended + amount > clock.extension_most:
                text = f"{run.extensions + 1} x, {run.extended + amount} > {clock.extension_most}"
                refusals.append(step_refusal("cases.extension", kind, "extend_by", text))
        return refusals

    def above(self, entity: str) -> set[str]:
        """Return the offices that may handle a case about an entity: the owner, and every office above the entity."""
        offices, above = {self._known.owner}, self._known.parent(entity)
        while above is not None and above not in offices:
            offices.add(above)
            above = self._known.parent(above)
        return offices


class _Parallel:
    """The other cases on the same facts, after the steps tried before in the same batch."""

    def __init__(self, tried: Mapping[str, Case], lookup: Lookup, beside: Beside) -> None:
        self._tried, self._lookup, self._beside = tried, lookup, beside

    def line(self, case: Case) -> str:
        """Return the line with an inquiry into the same facts in another case, or ''."""
        others = (self._tried.get(case_id) or self._lookup(case_id) for case_id in self._beside(case))
        return next((other.inquiry for other in others if other is not None and other.inquiry), "")


def _may(move: Move, case: Case, line: str) -> bool:
    """Return whether a line's role in a case allows the move."""
    places = {"lead": (case.lead,), "informed": tuple(case.informed), "pending": (case.pending,)}
    return any(line and line in places.get(who, ()) for who in move.by)
