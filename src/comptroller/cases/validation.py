"""May this be done? Steps, answers, requests and letters are held against the case as it stands, one after the other.

- What is refused changes nothing; what comes after it in the same report is refused with it.
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
from comptroller.cases.messages import refused
from comptroller.cases.office import RESPONSIBILITY, is_office_of, refuse_responsibility
from comptroller.model.case_policy import STATES, Move
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refusal
from comptroller.model.register_view import RegisterView

ANSWER = "enterprise_answer"
"""What an entity says in a case; of one that no line released to it, it learns nothing by answering."""
Lookup = Callable[[str], Case | None]
Beside = Callable[[Case], Sequence[str]]
"""Gives the other cases that stand on facts of a case."""


class StepValidation:
    """What is asked before a step is taken."""

    def __init__(self, pack: Pack, days: DueDates, known: RegisterView) -> None:
        """Keep the policy of moves, and what is known of who is above whom."""
        self._pack, self._work, self._days, self._known = pack, pack.case_policy, days, known

    def refuse(
        self, tables: Mapping[str, pa.Table], on: dt.date, lookup: Lookup, beside: Beside
    ) -> dict[int, list[Refusal]]:
        """Return refusals by report, for reports that arrive on a day."""
        mine = {name: tables[name] for name in (*KINDS, RESPONSIBILITY) if name in tables}
        found: dict[int, list[Refusal]] = {}
        tried: dict[str, Case] = {}
        for report in sorted({r for table in mine.values() for r in table.column("report").to_pylist()}):
            own = dict(tried)
            rows = {
                name: table.filter(pa.compute.equal(table.column("report"), report)) for name, table in mine.items()
            }
            wrong = list(self._finals(rows))
            for kind, case_id, event in events_from_facts(rows, "seq"):
                case = own.get(case_id) or lookup(case_id)
                if case is None or (kind == ANSWER and not case.is_released):
                    wrong.append(refused("cases.case", kind, "case_id", case_id))
                    continue
                case = copy.deepcopy(case)
                why = list(self._wrong(kind, case, event, on, _Parallel(own, lookup, beside)))
                wrong += why
                if not why:
                    apply(case, event, self._work, self._days)
                    own[case_id] = case
            if RESPONSIBILITY in rows:
                wrong += refuse_responsibility(rows[RESPONSIBILITY], own, lookup)
            if wrong:
                found[report] = wrong
            else:
                tried = own
        return found

    def _finals(self, rows: Mapping[str, pa.Table]) -> list[Refusal]:
        """Refuse to correct or to take back what was done."""
        return [
            refused("cases.final", kind, "act", act)
            for kind, table in rows.items()
            if kind in KINDS
            for act in sorted({a for a in table.column("act").to_pylist() if a in ("correct", "retract")})
        ]

    def _wrong(self, kind: str, case: Case, event: Event, on: dt.date, parallel: "_Parallel") -> list[Refusal]:
        found: list[Refusal] = []
        if event.on > on:
            found.append(refused("cases.future", kind, "day", event.on))
        if case.opened_on and event.on < case.opened_on:
            found.append(refused("cases.early", kind, "day", f"{event.on} < {case.opened_on}"))
        if kind == ANSWER:
            if event.text("entity") != case.entity:
                found.append(refused("cases.entity", kind, "entity", event.text("entity")))
        elif event.line not in self._pack.lines:
            found.append(refused("cases.line", kind, "by_line", event.line))
        elif kind not in MOVES and event.line not in (case.lead, case.pending, *case.informed):
            found.append(refused("cases.role", kind, "by_line", event.line))
        found += self._letter(kind, event) if kind == "letter" else []
        return found + self._moved(kind, case, event, found, parallel)

    def _moved(self, kind: str, case: Case, event: Event, found: list[Refusal], parallel: "_Parallel") -> list[Refusal]:
        """Return what else is wrong: the office of an act, and the move itself where nothing was found before."""
        name = event.what.partition(".")[2]
        move = self._work.moves.get(name) if kind in MOVES else None
        if kind != "enterprise_answer" and not is_office_of(event.office, case, move):
            return [refused("cases.act_office", kind, "office", event.office or "-")]
        if kind not in MOVES or found:
            return []
        if move is None or move.of != kind:
            return [refused("cases.move", kind, "move", name)]
        return self._move(kind, case, move, event, parallel)

    def _letter(self, kind: str, event: Event) -> list[Refusal]:
        """Refuse a letter that one officer alone sends, where its template asks that another releases it."""
        template = self._pack.letters.get(event.text("kind"))
        if template is None or not template.two_officers:
            return []
        if not event.approved_by:
            return [refused("cases.needs", kind, "approved_by", template.name)]
        return [refused("cases.one_officer", kind, "approved_by", event.by)] if event.approved_by == event.by else []

    def _move(self, kind: str, case: Case, move: Move, event: Event, parallel: "_Parallel") -> list[Refusal]:
        found: list[Refusal] = []
        if case.state not in move.states:
            found.append(refused("cases.state", kind, "move", f"{move.name}: {STATES[case.state].zh} {case.state}"))
        if kind == "case_step" and not _may(move, case, event.line):
            found.append(refused("cases.role", kind, "by_line", f"{move.name}: {event.line}"))
        for name in move.needs:
            said = {"reason": event.reason, "approved_by": event.approved_by}.get(name, event.said.get(name))
            if said in (None, ""):
                found.append(refused("cases.needs", kind, name, move.name))
        if move.two_officers and event.by and event.approved_by == event.by:
            found.append(refused("cases.one_officer", kind, "approved_by", event.by))
        found += [
            refused("cases.same_officer", kind, "by", f"{event.by}: {earlier}, {move.name}")
            for earlier in move.apart_from
            if case.officers.get(earlier) == event.by
        ]
        if move.after and not any(earlier in case.officers for earlier in move.after):
            found.append(refused("cases.after", kind, "move", f"{move.name}: {', '.join(move.after)}"))
        found += self._requires(kind, case, move, event, parallel)
        found += self._does(kind, case, move, event)
        return found

    def _requires(self, kind: str, case: Case, move: Move, event: Event, parallel: "_Parallel") -> list[Refusal]:
        found: list[Refusal] = []
        stands = ", ".join(one.finding for one in case.standing)
        needs_clear = "cleared" in move.requires or ("cleared_or_accepted" in move.requires and not case.is_accepted)
        if needs_clear and stands:
            found.append(refused("cases.stands", kind, "move", stands))
        if "verified" in move.requires and not (case.is_accepted or case.verified_by):
            found.append(refused("cases.unverified", kind, "move", move.name))
        if "no_other_inquiry" in move.requires:
            other = case.inquiry if case.inquiry not in ("", event.line) else parallel.line(case)
            if case.inquiry == event.line or other:
                found.append(refused("cases.inquiry", kind, "move", other or event.line))
        return found

    def _does(self, kind: str, case: Case, move: Move, event: Event) -> list[Refusal]:
        found: list[Refusal] = []
        to_line = event.text("to_line")
        to_office = event.text("to_office") if move.does == "hand_over" else ""
        stays = to_line == case.lead and to_office in ("", case.office)
        if move.does in ("hand_over", "inform") and (to_line not in self._pack.lines or stays):
            found.append(refused("cases.line", kind, "to_line", to_line))
        if to_office and to_office not in self.above(case.entity):
            found.append(refused("cases.office", kind, "to_office", to_office))
        if move.does not in ("extend", "stop", "resume"):
            return found
        name = event.text("clock")
        run, clock = case.running(name), self._work.clocks.get(name)
        if run is None or clock is None:
            return [*found, refused("cases.clock", kind, "clock", name)]
        if (move.does == "stop") == (run.stopped_on is not None) and move.does != "extend":
            found.append(refused("cases.clock", kind, "clock", f"{name}: {run.stopped_on}"))
        if move.does == "extend":
            amount = int(event.said.get("extend_by") or 0)
            if run.extensions >= clock.extensions or run.extended + amount > clock.extension_most:
                seen = f"{run.extensions + 1} x, {run.extended + amount} > {clock.extension_most}"
                found.append(refused("cases.extension", kind, "extend_by", seen))
        return found

    def above(self, entity: str) -> set[str]:
        """Return the offices that may handle a case about an entity: the owner, and whoever is above the entity."""
        found, above = {self._known.owner}, self._known.parent(entity)
        while above is not None and above not in found:
            found.add(above)
            above = self._known.parent(above)
        return found


class _Parallel:
    """The other cases on the same facts, as they stand with what was tried before in the same batch."""

    def __init__(self, tried: Mapping[str, Case], lookup: Lookup, beside: Beside) -> None:
        self._tried, self._lookup, self._beside = tried, lookup, beside

    def line(self, case: Case) -> str:
        """Return the line that inquires into the same facts in another case, or ''."""
        others = (self._tried.get(one) or self._lookup(one) for one in self._beside(case))
        return next((other.inquiry for other in others if other is not None and other.inquiry), "")


def _may(move: Move, case: Case, line: str) -> bool:
    """Return whether a line's place in a case lets it make a move."""
    places = {"lead": (case.lead,), "informed": tuple(case.informed), "pending": (case.pending,)}
    return any(line and line in places.get(who, ()) for who in move.by)
