"""What cases share: the case of each finding, the open case for each key, and which line has which material.

It holds only what the tables of cases contain, and is read from them when a node is opened.
"""

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from comptroller.cases.case import Case, Event
from comptroller.store.duck import DuckDb

OUTCOMES = ("open", "confirmed", "dismissed", "withdrawn", "lapsed")


@dataclass(frozen=True, slots=True)
class CaseIndexRow:
    """Material of an entity: the line that has it, since when, and whether every line of its case may have it."""

    line: str
    on: dt.date
    is_shared: bool


class Index:
    """Look-ups across all cases."""

    def __init__(self, duck: DuckDb, keepers: Iterable[str] = ()) -> None:
        """Read the tables of cases. `keepers` are confidential lines: other lines learn nothing from their requests."""
        self._keepers = frozenset(keepers)
        self.case_of: dict[str, str] = {}
        self._open: dict[str, str] = {}
        self.material: dict[tuple[str, str], CaseIndexRow] = {}
        self._outcomes: dict[tuple[str, str], tuple[str, str, bool]] = {}
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        sql = (
            "SELECT f.case_id, f.finding, f.joins, f.rule, f.outcome, f.contested, "
            "n.state IN ('dismissed', 'closed') FROM case_finding AS f JOIN case_now AS n USING (case_id) ORDER BY f.fact"
        )
        for case_id, finding, keys, rule, outcome, contested, is_ended in duck.rows(sql):
            self.case_of[finding] = case_id
            self._count(case_id, finding, (rule, outcome, bool(contested)))
            if not is_ended:
                self._lead_to(case_id, (keys or "").split("|"))
        self._requesters: dict[tuple[str, str], set[str]] = defaultdict(set)
        for entity, material, line in duck.rows("SELECT entity, material, by_line FROM case_request"):
            self._requesters[entity, material].add(line)
        sql = (
            "SELECT what, happened_on, by_line, entity, said FROM case_event "
            "WHERE what IN ('move.supply', 'evidence.given') ORDER BY told"
        )
        for what, on, line, entity, fields in duck.rows(sql):
            self.hold(entity, Event(what, on, line=line or "", said=json.loads(fields)))

    def _lead_to(self, case_id: str, keys: Iterable[str]) -> None:
        for key in keys:
            if key:
                self._open.setdefault(key, case_id)

    def open_case(self, keys: Iterable[str]) -> str | None:
        """Return the open case of the first of those keys that has one; None if none has."""
        return next((self._open[key] for key in keys if key in self._open), None)

    def follow(self, case: Case) -> set[str]:
        """Update the index with a case; returns the rules with changed outcomes."""
        changed: set[str] = set()
        for what, name in case.touched:
            if what == "finding" and name in case.findings:
                finding = case.findings[name]
                self.case_of[name] = case.case_id
                if self._count(case.case_id, name, (finding.rule, finding.outcome, finding.contested)):
                    changed.add(finding.rule)
            elif what == "request":
                request = case.requests[name]
                self._requesters[case.entity, request.material].add(request.line)
        keys = [key for finding in case.findings.values() for key in finding.joins.split("|") if key]
        if case.is_ended:
            for key in keys:
                if self._open.get(key) == case.case_id:
                    del self._open[key]
        else:
            self._lead_to(case.case_id, keys)
        return changed

    def _count(self, case_id: str, finding: str, says: tuple[str, str, bool]) -> bool:
        """Replace the counted outcome of a finding; returns whether the count changed."""
        before = self._outcomes.get((case_id, finding))
        if before == says:
            return False
        for (rule, outcome, contested), step in ((before or says, -1), (says, 1)):
            if step == 1 or before is not None:
                count = self.counts[rule]
                count[outcome] += step
                count["raised"] += step
                count["contested"] += step * contested
        self._outcomes[case_id, finding] = says
        return True

    def hold(self, entity: str, event: Event) -> None:
        """Record that a line has material of an entity; the first one that may be shared counts.

        Material of a confidential line is not shared, unless that line marks its evidence as shared.
        """
        material = event.text("material")
        if not material or not event.line:
            return
        shared = event.said.get("seen_by", "own" if event.line in self._keepers else "case") == "case"
        before = self.material.get((entity, material))
        if before is None or (shared and not before.is_shared):
            self.material[entity, material] = CaseIndexRow(event.line, event.on, shared)

    def asked_before(self, entity: str, material: str, line: str) -> bool:
        """Return whether another line has requested that material from that entity, and neither line hides its
        requests.
        """
        return line not in self._keepers and bool(self._requesters[entity, material] - self._keepers - {line})
