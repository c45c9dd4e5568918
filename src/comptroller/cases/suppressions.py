"""Findings that open no case for a time: suppressions by rule, entity and finding, and the findings that they
hold back.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from comptroller.cases.route import RoutedFinding
from comptroller.store.duck import DuckDb


@dataclass(frozen=True, slots=True)
class _Scope:
    """One suppression: its scope, its first day, and the day after its last one."""

    rule: str
    entity: str | None
    finding: str | None
    valid_from: dt.date
    valid_until: dt.date

    def concerns(self, finding: RoutedFinding) -> bool:
        """Return whether a finding is within the scope."""
        return (
            (self.rule in (finding.rule, finding.rule.rsplit("/", 1)[-1]))
            and self.entity in (None, finding.entity)
            and self.finding in (None, finding.finding)
        )


class Suppressions:
    """The suppressions in force, and the findings that they hold back."""

    def __init__(self, duck: DuckDb) -> None:
        """Read the suppressions; a current finding in a scope and in no case is held back."""
        self._duck = duck
        self._read()
        self._findings = {
            finding.finding for finding in self._without_case() if any(s.concerns(finding) for s in self._scopes)
        }

    def _read(self) -> None:
        columns = "rule, entity, finding, valid_from, valid_until"
        self._scopes = [_Scope(*row) for row in self._duck.rows(f"SELECT {columns} FROM suppression ORDER BY fact")]

    def takes(self, finding: RoutedFinding, on: dt.date) -> bool:
        """Return whether a finding is held back on a day; it is then recorded as held back until the
        suppression ends.
        """
        if any(s.concerns(finding) and s.valid_from <= on < s.valid_until for s in self._scopes):
            self._findings.add(finding.finding)
            return True
        return False

    def drop(self, finding: str) -> None:
        """Remove a finding that is cleared."""
        self._findings.discard(finding)

    def over(self, on: dt.date, *, is_changed: bool) -> Iterator[RoutedFinding]:
        """Yield the findings that are no longer held back on a day; to be called once a batch."""
        if is_changed:
            self._read()
        if not self._findings or not (is_changed or any(s.valid_until <= on for s in self._scopes)):
            return
        for finding in self._without_case():
            if finding.finding in self._findings and not self.takes(finding, on):
                self._findings.discard(finding.finding)
                yield finding

    def _without_case(self) -> Iterator[RoutedFinding]:
        """Yield the current findings that are in no open case."""
        if not self._scopes and not getattr(self, "_findings", None):
            return
        sql = (
            "SELECT finding, rule, entity, evidence FROM finding_now WHERE state IN ('raised', 'changed') AND finding "
            "NOT IN (SELECT finding FROM case_finding AS f JOIN case_now AS n USING (case_id) WHERE n.state NOT IN "
            "('dismissed', 'closed')) ORDER BY rule, finding"
        )
        yield from (RoutedFinding(*row) for row in self._duck.rows(sql))
