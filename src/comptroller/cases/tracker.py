"""The cases of a node: findings open or join cases, steps move them, clocks run, and the changes are returned as rows.

- A current finding is in at most one case that has not ended.
- A case is computed from its events alone; events are written once, in the order of their happening.
- This package writes nothing itself: the rows that it returns are folded into the books like any fact.
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
from comptroller.cases.projection import Row, case_rows, event_row, loss_class, merge, tables_of
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

_CASE_STATES = ("raised", "changed", "stands", "cleared", "not_applicable")
"""States of changes that concern a case; a finding that can no longer be judged is neither raised nor cleared."""
_UNDATED = (
    "SELECT case_id, clock, instance, started_on, runs, unit FROM case_clock WHERE due_on IS NULL AND ended_on IS NULL"
)
_MOST = 20_000
"""The maximum of cases in memory between batches; others are replayed from their events when they are touched."""


class Cases:
    """The cases of one node."""

    def __init__(self, duck: DuckDb, pack: Pack, known: RegisterView) -> None:
        """Load the tables of cases; under a pack without routes nothing is loaded."""
        self.pack, self.work, self.known = pack, pack.case_policy, known
        self.is_on = has_cases(pack)
        self._duck = duck
        if self.is_on:
            worked = [day for (day,) in duck.rows("SELECT day FROM working_day WHERE is_working ORDER BY day")]
            self.days = DueDates(worked)
            self._router = Router(duck, pack, known)
            self._validation = StepValidation(pack, self.days, known)
            self._forget()

    def _forget(self) -> None:
        """Load everything in memory anew."""
        self._cases: dict[str, Case] = {}
        self._waits_for_calendar = True
        self._today: dt.date | None = next((day for (day,) in self._duck.rows("SELECT today FROM clock")), None)
        self.index = Index(self._duck, [name for name, sight in self.work.sights.items() if sight.keeps])
        self._suppressions = Suppressions(self._duck)

    def case(self, case_id: str) -> Case | None:
        """Return a case in its current state; None if there is none."""
        self._load([case_id])
        return self._cases.get(case_id)

    def _load(self, wanted: Iterable[str]) -> None:
        """Replay those cases that are not in memory from their events."""
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
        loaded: dict[str, Case] = {}
        for case_id, what, on, fact, line, by, approved_by, reason, fields in rows:
            case = loaded.setdefault(case_id, Case(case_id))
            event = Event(what, on, fact, line, by, approved_by, reason, json.loads(fields))
            apply(case, event, self.work, self.days)
        for case in loaded.values():
            case.touched.clear()
        self._cases |= loaded  # only after all are replayed: a fault in between must not leave a part behind

    def refuse(self, tables: Mapping[str, pa.Table], on: dt.date) -> dict[int, list[Refusal]]:
        """Return by report the refusals of steps that the current cases do not allow."""
        if not self.is_on or tables.keys().isdisjoint((*KINDS, SUPPRESSION, RESPONSIBILITY)):
            return {}
        refused = self._validation.refuse(tables, on, self.case, self._beside)
        if SUPPRESSION in tables:
            given = (tables[SUPPRESSION], self.known.owner, self._validation.above, self._entity_of)
            for at, refusal in refuse_suppression(*given):
                refused.setdefault(at, []).append(refusal)
        return refused

    def _entity_of(self, finding: str) -> str | None:
        """Return the entity of a finding; None if there is no such finding."""
        rows = self._duck.rows("SELECT entity FROM finding_now WHERE finding = ?", [finding])
        return str(rows[0][0]) if rows and rows[0][0] else None

    def _beside(self, case: Case) -> list[str]:
        """Return the other cases that share a fact with this one in the evidence of their current findings."""
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
        """Apply reported facts, then changes of findings, on a day; returns the changed rows by table.

        If the clock `ticked` to that day, clocks of cases run out. A change in state `stands` opens a case if its
        finding is in none, and otherwise changes nothing.
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
                self._happen(case, self._with_context(kind, case, event), batch)
        named = [(turn, turn.verdict.finding) for turn in sorted(turns, key=_place) if turn.state in _CASE_STATES]
        self._load(self.index.case_of[name] for _, name in named if name in self.index.case_of)
        for turn, name in named:
            self._apply_change(turn, name, on, batch)
        for finding in self._suppressions.over(on, is_changed="suppression" in added or "suppression" in ended):
            self._raise(finding, on, batch)
        rows = self._rows(batch, on)
        return self._with_run_out(rows, on) if ticked else rows

    def _newly_dated(self) -> list[Case]:
        """Return the cases with a clock beyond the previous calendar and within the present one; checked once
        per policy.
        """
        waits, self._waits_for_calendar = self._waits_for_calendar, False
        rows = self._duck.rows(_UNDATED) if waits else []
        clocks = [
            (case_id, f"{clock} {instance}")
            for case_id, clock, instance, start, runs, unit in rows
            if runs is not None and self.days.due(start, runs, unit) is not None
        ]
        self._load([case_id for case_id, _ in clocks])
        dated: list[Case] = []
        for case_id, name in clocks:
            case = self._cases[case_id]
            if any(run.due_on and f"{run.clock} {run.instance}" == name for run in case.clocks):
                case.touched.add(("clock", name))
                dated.append(case)
        return dated

    def _with_run_out(self, rows: dict[str, pa.Table], today: dt.date) -> dict[str, pa.Table]:
        """Return the rows that a tick changed, with the clocks that run out."""
        kind, written = self.pack.kinds["case_clock"], rows.get("case_clock")
        if "ran_out" not in kind.columns:
            return rows
        clocks = merge(written, run_out(self._duck, kind, today, written))
        return rows if clocks is None else {**rows, "case_clock": clocks}

    def _with_context(self, kind: str, case: Case, event: Event) -> Event:
        """Return an event with what other cases and lines add to it: who received the material, and who has it
        already.
        """
        fields, line = dict(event.said), event.line
        if kind == "enterprise_answer":
            request = case.requests.get(event.text("request"))
            line = request.line if request else case.lead
        elif kind == "material_request":
            material = self.index.material.get((case.entity, event.text("material")))
            if material is not None and (material.is_shared or material.line == line):
                fields |= {"supplied_to": material.line, "supplied_on": material.on.isoformat(), "duplicate": True}
            else:
                fields["duplicate"] = self.index.asked_before(case.entity, event.text("material"), line)
        elif kind == "loss_estimate":
            param = self.pack.params.get(self.work.loss_param)
            fields["loss_class"] = loss_class(param, Decimal(event.text("amount_cny")), event.on)
        return Event(event.what, event.on, event.told, line, event.by, event.approved_by, event.reason, fields)

    def _apply_change(self, turn: FindingChange, name: str, on: dt.date, batch: "_Batch") -> None:
        finding = RoutedFinding(name, turn.verdict.rule, turn.verdict.entity, turn.verdict.evidence)
        case_id = self.index.case_of.get(finding.finding)
        if turn.state in ("raised", "changed") or (turn.state == "stands" and case_id is None):
            self._raise(finding, on, batch)
        elif turn.state in ("cleared", "not_applicable"):
            self._suppressions.drop(finding.finding)
            case = self._cases.get(case_id) if case_id else None
            if case is not None and case.findings[finding.finding].stands:
                fields = {"finding": finding.finding, "how": turn.how, "entry": turn.fact // FACT_LINES}
                if case.case_id in self._with_persons(batch):
                    fields["persons"] = True
                self._happen(case, Event("finding.cleared", on, turn.fact, said=fields), batch)

    def _with_persons(self, batch: "_Batch") -> set[str]:
        """Return the cases with persons held responsible."""
        if batch.accounts is None:
            is_told = "responsibility" in self.pack.kinds
            rows = self._duck.rows("SELECT DISTINCT case_id FROM responsibility") if is_told else []
            batch.accounts = {case_id for (case_id,) in rows}
        return batch.accounts

    def _raise(self, finding: RoutedFinding, on: dt.date, batch: "_Batch") -> None:
        """Add a finding to its case, to one that a key leads to, or to a new one; or to none."""
        case_id = self.index.case_of.get(finding.finding)
        case = self.case(case_id) if case_id else None
        route = self._router.route(finding)
        if route is None or (not route.opens and case is None):
            return
        if self._suppressions.takes(finding, on) and (case is None or case.is_ended):
            return
        event = self._router.event(finding, route, on)
        if case is not None and case.is_ended and case.closed_on is not None:
            past = (on - case.closed_on).days > case.window_days
            case = None if past else case
        if case is None:
            keys = event.text("joins").split("|")
            case = self.case(self.index.open_case(keys) or "") or self._new(finding.finding, case_id)
        self._happen(case, event, batch)

    def _new(self, finding: str, before: str | None) -> Case:
        """Return a new case for a finding; its id is derived from the finding and its previous case."""
        identity = json.dumps([finding, before], separators=(",", ":")).encode()
        name = "C-" + base64.b32encode(sha256(identity).digest()[:10]).decode().lower()
        return self._cases.setdefault(name, Case(name))

    def _happen(self, case: Case, event: Event, batch: "_Batch") -> None:
        apply(case, event, self.work, self.days)
        batch.cases[case.case_id] = case
        batch.rules |= self.index.follow(case)
        batch.events.append(event_row(case, event))
        if event.what in ("move.supply", "evidence.given"):
            self.index.hold(case.entity, event)

    def _rows(self, batch: "_Batch", on: dt.date) -> dict[str, pa.Table]:
        """Return all rows that a batch changed, in the order of case ids."""
        rows: dict[str, list[Row]] = {}
        for case_id in sorted(batch.cases):
            for table, table_rows in case_rows(batch.cases[case_id], self.pack, self._today).items():
                rows.setdefault(table, []).extend(table_rows)
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
    """What one batch touches: cases, rules with changed outcomes, events in order."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.rules: set[str] = set()
        self.events: list[Row] = []
        self.accounts: set[str] | None = None
