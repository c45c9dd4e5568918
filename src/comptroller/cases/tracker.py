"""What is done about it: findings open cases or join them, steps move them, clocks run, and what changed is given as rows.

- A finding that stands is in at most one case that has not ended.
- A case is folded from its events alone; events are written once, in the order in which they happened.
- This room writes nothing itself: what it gives is folded into the books like any fact.
"""

import base64
import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.cases.case import Case, Event
from comptroller.cases.due_dates import DueDates
from comptroller.cases.events import KINDS, events_from_facts
from comptroller.cases.fold import apply
from comptroller.cases.index import OUTCOMES, Index
from comptroller.cases.office import RESPONSIBILITY, SUPPRESSION, refuse_suppression
from comptroller.cases.overdue import run_out
from comptroller.cases.projection import Row, case_rows, event_row, joined, loss_class, tables_of
from comptroller.cases.route import RoutedFinding, Router
from comptroller.cases.suppressions import Suppressions
from comptroller.cases.tables import has_cases
from comptroller.cases.validation import StepValidation
from comptroller.model.finding import FindingChange
from comptroller.model.kind import FACT_LINES
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refusal
from comptroller.model.register_view import RegisterView
from comptroller.store.duck import DuckDb

_HEARD = ("raised", "changed", "stands", "cleared", "not_applicable")
"""Turns that concern a case; that a finding can be judged no more neither raises nor clears it."""
_UNDATED = (
    "SELECT case_id, clock, instance, started_on, runs, unit FROM case_clock WHERE due_on IS NULL AND ended_on IS NULL"
)
_MOST = 20_000
"""So many cases are kept in memory between batches; others are folded again from their events when they are touched."""


class Cases:
    """The cases of one node, as the books have them."""

    def __init__(self, duck: DuckDb, pack: Pack, known: RegisterView) -> None:
        """Take up what the tables of cases say; under a pack without routes there is nothing to do."""
        self.pack, self.work, self.known = pack, pack.case_policy, known
        self.is_on = has_cases(pack)
        self._duck = duck
        if self.is_on:
            worked = [day for (day,) in duck.rows("SELECT day FROM working_day WHERE is_working ORDER BY day")]
            self.days = DueDates(worked)
            self._router = Router(duck, pack, known)
            self._door = StepValidation(pack, self.days, known)
            self._forget()

    def _forget(self) -> None:
        """Read again what is kept in memory."""
        self._cases: dict[str, Case] = {}
        self._waits_for_calendar = True
        self._today: dt.date | None = next((day for (day,) in self._duck.rows("SELECT today FROM clock")), None)
        self.index = Index(self._duck, [name for name, sight in self.work.sights.items() if sight.keeps])
        self._hush = Suppressions(self._duck)

    def case(self, case_id: str) -> Case | None:
        """Return a case as it stands; None where there is none."""
        self._load([case_id])
        return self._cases.get(case_id)

    def _load(self, wanted: Iterable[str]) -> None:
        """Fold those cases that are not in memory from their events."""
        missing = sorted({one for one in wanted if one and one not in self._cases})
        if not missing:
            return
        self._duck.register("asked_cases", pa.table({"case_id": pa.array(missing, pa.string())}))
        rows = self._duck.rows(
            "SELECT case_id, what, happened_on, coalesce(told, 0), coalesce(by_line, ''), coalesce(\"by\", ''), "
            "coalesce(approved_by, ''), coalesce(reason, ''), said FROM case_event "
            "WHERE case_id IN (SELECT case_id FROM asked_cases) ORDER BY case_id, place"
        )
        self._duck.unregister("asked_cases")
        found: dict[str, Case] = {}
        for case_id, what, on, fact, line, by, approved_by, reason, said in rows:
            case = found.setdefault(case_id, Case(case_id))
            event = Event(what, on, fact, line, by, approved_by, reason, json.loads(said))
            apply(case, event, self.work, self.days)
        for case in found.values():
            case.touched.clear()
        self._cases |= found  # only when all is folded: a fault in between must not leave a part behind

    def refuse(self, tables: Mapping[str, pa.Table], on: dt.date) -> dict[int, list[Refusal]]:
        """Give, by report, what may not be done in the cases as they stand."""
        if not self.is_on or tables.keys().isdisjoint((*KINDS, SUPPRESSION, RESPONSIBILITY)):
            return {}
        refused = self._door.refuse(tables, on, self.case, self._beside)
        if SUPPRESSION in tables:
            given = (tables[SUPPRESSION], self.known.owner, self._door.above, self._entity_of)
            for at, one in refuse_suppression(*given):
                refused.setdefault(at, []).append(one)
        return refused

    def _entity_of(self, finding: str) -> str | None:
        """Return the entity that a finding is about; None where there is no such finding."""
        rows = self._duck.rows("SELECT entity FROM finding_now WHERE finding = ?", [finding])
        return str(rows[0][0]) if rows and rows[0][0] else None

    def _beside(self, case: Case) -> list[str]:
        """Return the other cases of which a finding stands on a fact that a finding of this one stands on."""
        sql = (
            "WITH mine AS (SELECT DISTINCT unnest(f.entries) AS fact FROM case_finding AS c "
            "JOIN finding_now AS f USING (finding) WHERE c.stands AND c.case_id = $1), "
            "others AS (SELECT c.case_id, unnest(f.entries) AS fact FROM case_finding AS c "
            "JOIN finding_now AS f USING (finding) WHERE c.stands AND c.case_id <> $1) "
            "SELECT DISTINCT case_id FROM others JOIN mine USING (fact) ORDER BY 1"
        )
        return [case_id for (case_id,) in self._duck.rows(sql, [case.case_id])]

    def fold(
        self,
        added: Mapping[str, pa.Table],
        ended: Mapping[str, NDArray[np.int64]],
        turns: Sequence[FindingChange],
        on: dt.date,
        *,
        ticked: bool = False,
    ) -> dict[str, pa.Table]:
        """Let what lines and entities said, and then what turned, happen on a day; returns the rows that changed.

        Where the clock `ticked` to that day, clocks of cases run out. A turn that says `stands` opens a case where its
        finding is in none, and else changes nothing.
        """
        if not self.is_on:
            return {}
        batch = _Batch()
        batch.cases.update((case.case_id, case) for case in self._newly_dated())
        self._today = on if ticked else self._today
        self._router.begin()
        facts = list(events_from_facts(added))
        self._load([case_id for _, case_id, _ in facts])
        for kind, case_id, event in facts:
            case = self._cases.get(case_id)
            if case is not None:
                self._happen(case, self._completed(kind, case, event), batch)
        named = [(turn, turn.verdict.finding) for turn in sorted(turns, key=_place) if turn.state in _HEARD]
        self._load(self.index.case_of[name] for _, name in named if name in self.index.case_of)
        for turn, name in named:
            self._turned(turn, name, on, batch)
        for one in self._hush.over(on, is_changed="suppression" in added or "suppression" in ended):
            self._raise(one, on, batch)
        rows = self._rows(batch, on)
        return self._with_run_out(rows, on) if ticked else rows

    def _newly_dated(self) -> list[Case]:
        """Return the cases with a clock that the calendar of before did not reach and this one does; looked for
        once under a policy.
        """
        waits, self._waits_for_calendar = self._waits_for_calendar, False
        rows = self._duck.rows(_UNDATED) if waits else []
        found = [
            (case_id, f"{clock} {instance}")
            for case_id, clock, instance, start, runs, unit in rows
            if runs is not None and self.days.due(start, runs, unit) is not None
        ]
        self._load([case_id for case_id, _ in found])
        dated: list[Case] = []
        for case_id, name in found:
            case = self._cases[case_id]
            if any(run.due_on and f"{run.clock} {run.instance}" == name for run in case.clocks):
                case.touched.add(("clock", name))
                dated.append(case)
        return dated

    def _with_run_out(self, rows: dict[str, pa.Table], today: dt.date) -> dict[str, pa.Table]:
        """Add the clocks that run out to the rows that a tick changed."""
        kind, written = self.pack.kinds["case_clock"], rows.get("case_clock")
        if "ran_out" not in kind.columns:
            return rows
        found = joined(written, run_out(self._duck, kind, today, written))
        return rows if found is None else {**rows, "case_clock": found}

    def _completed(self, kind: str, case: Case, event: Event) -> Event:
        """Add to a fact what other cases and lines know: who got the material, who has it already."""
        said, line = dict(event.said), event.line
        if kind == "enterprise_answer":
            asked = case.requests.get(event.text("request"))
            line = asked.line if asked else case.lead
        elif kind == "material_request":
            held = self.index.held.get((case.entity, event.text("material")))
            if held is not None and (held.is_shared or held.line == line):
                said |= {"supplied_to": held.line, "supplied_on": held.on.isoformat(), "duplicate": True}
            else:
                said["duplicate"] = self.index.asked_before(case.entity, event.text("material"), line)
        elif kind == "loss_estimate":
            param = self.pack.params.get(self.work.loss_param)
            said["loss_class"] = loss_class(param, Decimal(event.text("amount_cny")), event.on)
        return Event(event.what, event.on, event.told, line, event.by, event.approved_by, event.reason, said)

    def _turned(self, turn: FindingChange, name: str, on: dt.date, batch: "_Batch") -> None:
        one = RoutedFinding(name, turn.verdict.rule, turn.verdict.entity, turn.verdict.evidence)
        case_id = self.index.case_of.get(one.finding)
        if turn.state in ("raised", "changed") or (turn.state == "stands" and case_id is None):
            self._raise(one, on, batch)
        elif turn.state in ("cleared", "not_applicable"):
            self._hush.drop(one.finding)
            case = self._cases.get(case_id) if case_id else None
            if case is not None and case.findings[one.finding].stands:
                told_by = {"finding": one.finding, "how": turn.how, "entry": turn.fact // FACT_LINES}
                if case.case_id in self._held_to_account(batch):
                    told_by["persons"] = True
                self._happen(case, Event("finding.cleared", on, turn.fact, said=told_by), batch)

    def _held_to_account(self, batch: "_Batch") -> set[str]:
        """Return the cases in which a person answers for something."""
        if batch.accounts is None:
            is_told = "responsibility" in self.pack.kinds
            rows = self._duck.rows("SELECT DISTINCT case_id FROM responsibility") if is_told else []
            batch.accounts = {case_id for (case_id,) in rows}
        return batch.accounts

    def _raise(self, one: RoutedFinding, on: dt.date, batch: "_Batch") -> None:
        """Take a finding into its case, into one that a key leads to, or into a new one; or into none."""
        case_id = self.index.case_of.get(one.finding)
        held = self.case(case_id) if case_id else None
        route = self._router.route(one)
        if route is None or (not route.opens and held is None):
            return
        if self._hush.takes(one, on) and (held is None or held.is_ended):
            return
        event = self._router.event(one, route, on)
        if held is not None and held.is_ended and held.closed_on is not None:
            past = (on - held.closed_on).days > held.window_days
            held = None if past else held
        if held is None:
            keys = event.text("joins").split("|")
            held = self.case(self.index.open_case(keys) or "") or self._new(one.finding, case_id)
        self._happen(held, event, batch)

    def _new(self, finding: str, before: str | None) -> Case:
        """Return a case of its own for a finding; it is named by the finding and the case that it was in before."""
        whole = json.dumps([finding, before], separators=(",", ":")).encode()
        name = "C-" + base64.b32encode(sha256(whole).digest()[:10]).decode().lower()
        return self._cases.setdefault(name, Case(name))

    def _happen(self, case: Case, event: Event, batch: "_Batch") -> None:
        apply(case, event, self.work, self.days)
        batch.cases[case.case_id] = case
        batch.rules |= self.index.follow(case)
        batch.events.append(event_row(case, event))
        if event.what in ("move.supply", "evidence.given"):
            self.index.hold(case.entity, event)

    def _rows(self, batch: "_Batch", on: dt.date) -> dict[str, pa.Table]:
        """Return all rows that a batch changed; rows come in the order of cases' names."""
        rows: dict[str, list[Row]] = {}
        for case_id in sorted(batch.cases):
            for table, some in case_rows(batch.cases[case_id], self.pack, self._today).items():
                rows.setdefault(table, []).extend(some)
        if batch.events:
            rows["case_event"] = batch.events
        for rule in sorted(batch.rules):
            count = self.index.counts[rule]
            cells: dict[str, Any] = {f"{name}_count": count[name] for name in ("raised", "contested", *OUTCOMES)}
            cells |= {"rule": rule, "entity": self.known.owner, "counted_on": on}
            rows.setdefault("rule_outcome", []).append(cells)
        if len(self._cases) > _MOST:
            self._cases.clear()
        return tables_of(self.pack.kinds, rows)


def _place(turn: FindingChange) -> tuple[str, str]:
    return turn.verdict.rule, str(turn.verdict.subject)


class _Batch:
    """What one batch touches: cases, rules whose outcomes changed, events in order."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.rules: set[str] = set()
        self.events: list[Row] = []
        self.accounts: set[str] | None = None
