"""Findings that open no case for a time: suppressions by rule, entity and finding, and what they keep back until they end."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from comptroller.cases.route import RoutedFinding
from comptroller.store.duck import DuckDb


@dataclass(frozen=True, slots=True)
class _Scope:
    """One suppression: what it is about, and from when until when it holds."""

    rule: str
    entity: str | None
    finding: str | None
    valid_from: dt.date
    valid_until: dt.date

    def concerns(self, one: RoutedFinding) -> bool:
        """Return whether a finding is within the scope."""
        return (
            (self.rule in (one.rule, one.rule.rsplit("/", 1)[-1]))
            and self.entity in (None, one.entity)
            and self.finding in (None, one.finding)
        )


class Suppressions:
    """The suppressions that stand, and the findings that they keep back."""

    def __init__(self, duck: DuckDb) -> None:
        """Read what stands; a finding that is in no case and within a scope is one that is kept back."""
        self._duck = duck
        self._read()
        self._kept = {one.finding for one in self._outside() if any(s.concerns(one) for s in self._scopes)}

    def _read(self) -> None:
        columns = "rule, entity, finding, valid_from, valid_until"
        self._scopes = [_Scope(*row) for row in self._duck.rows(f"SELECT {columns} FROM suppression ORDER BY fact")]

    def takes(self, one: RoutedFinding, on: dt.date) -> bool:
        """Return whether a finding is kept back on a day; it then is, until the suppression ends."""
        if any(s.concerns(one) and s.valid_from <= on < s.valid_until for s in self._scopes):
            self._kept.add(one.finding)
            return True
        return False

    def drop(self, finding: str) -> None:
        """Let go a finding that stands no more."""
        self._kept.discard(finding)

    def over(self, on: dt.date, *, is_changed: bool) -> Iterator[RoutedFinding]:
        """Yield the findings that nothing keeps back any more on a day; to be asked once a batch."""
        if is_changed:
            self._read()
        if not self._kept or not (is_changed or any(s.valid_until <= on for s in self._scopes)):
            return
        for one in self._outside():
            if one.finding in self._kept and not self.takes(one, on):
                self._kept.discard(one.finding)
                yield one

    def _outside(self) -> Iterator[RoutedFinding]:
        """Yield the findings that stand and are in no case that is open."""
        if not self._scopes and not getattr(self, "_kept", None):
            return
        sql = (
            "SELECT finding, rule, entity, evidence FROM finding_now WHERE state IN ('raised', 'changed') AND finding "
            "NOT IN (SELECT finding FROM case_finding AS f JOIN case_now AS n USING (case_id) WHERE n.state NOT IN "
            "('dismissed', 'closed')) ORDER BY rule, finding"
        )
        yield from (RoutedFinding(*row) for row in self._duck.rows(sql))
