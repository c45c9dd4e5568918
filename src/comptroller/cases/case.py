"""What a case consists of: its findings, clocks, requests and state; and the events that change them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comptroller.model.case_policy import ENDED


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a case: a change of a finding, a move, a request, a letter, evidence, an estimate.

    The fields are columns of the table `case_event`: `told` is the fact that reported it, `said` the other fields.
    """

    what: str
    on: dt.date
    told: int = 0
    line: str = ""
    by: str = ""
    approved_by: str = ""
    reason: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    office: str = ""

    def day(self, name: str) -> dt.date | None:
        """Return a day from the event's fields, or None."""
        value = self.said.get(name)
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)) if value else None

    def text(self, name: str) -> str:
        """Return a text from the event's fields, or ''."""
        return str(self.said.get(name) or "")


@dataclass(slots=True)
class CaseFinding:
    """A finding in a case.

    `closes` states when its route lets the case close itself; `is_past` is true if it ended before the case was
    reopened.
    """

    finding: str
    entity: str
    rule: str
    severity: str
    joins: str
    raised_on: dt.date
    stands: bool = True
    outcome: str = "open"
    contested: bool = False
    cleared_how: str = ""
    closes: Mapping[str, Any] | None = None
    is_past: bool = False


@dataclass(slots=True)
class Running:
    """One run of a clock."""

    clock: str
    instance: str
    binds: str
    holder: str
    line: str
    started_on: dt.date
    amount: int
    unit: str
    due_on: dt.date | None
    is_verified: bool
    extended: int = 0
    extensions: int = 0
    order_number: str = ""
    stopped_on: dt.date | None = None
    ended_on: dt.date | None = None


@dataclass(slots=True)
class MaterialRequest:
    """A request for material."""

    request: str
    line: str
    material: str
    asked_on: dt.date
    due_on: dt.date | None
    supplied_to: str = ""
    supplied_on: dt.date | None = None
    is_duplicate: bool = False
    answered_on: dt.date | None = None

    @property
    def is_saved(self) -> bool:
        """Return whether another line's material answered it, which saved the entity a request."""
        return self.supplied_on is not None


@dataclass(slots=True)
class Case:
    """A case after its events; `touched` names what the last events changed, for the code that writes rows."""

    case_id: str
    entity: str = ""
    office: str = ""
    lead: str = ""
    pending: str = ""
    pending_office: str = ""
    informed: list[str] = field(default_factory=list)
    state: str = ""
    rule: str = ""
    severity: str = ""
    remedy: tuple[int, str] | None = None
    window_days: int = 0
    opened_on: dt.date | None = None
    raised_on: dt.date | None = None
    changed_on: dt.date | None = None
    rectified_by: str = ""
    rectified_on: dt.date | None = None
    evidence_on: dt.date | None = None
    verified_by: str = ""
    verified_on: dt.date | None = None
    closed_by: str = ""
    closed_on: dt.date | None = None
    ended_how: str = ""
    passes_as_of: int | None = None
    before: str = ""
    reopened: int = 0
    reopened_on: dt.date | None = None
    inquiry: str = ""
    is_released: bool = False
    is_accepted: bool = False
    loss_cny: str = ""
    recovered_cny: str = ""
    loss_on: dt.date | None = None
    loss_class: str = ""
    findings: dict[str, CaseFinding] = field(default_factory=dict)
    clocks: list[Running] = field(default_factory=list)
    requests: dict[str, MaterialRequest] = field(default_factory=dict)
    officers: dict[str, str] = field(default_factory=dict)
    events: int = 0
    touched: set[tuple[str, str]] = field(default_factory=set)

    @property
    def standing(self) -> list[CaseFinding]:
        """Return the findings that are not cleared."""
        return [finding for finding in self.findings.values() if finding.stands]

    @property
    def is_ended(self) -> bool:
        """Return whether the case is closed or dismissed, so that nothing is due."""
        return self.state in ENDED

    @property
    def is_contested(self) -> bool:
        """Return whether the entity contests one of its findings."""
        return any(finding.contested for finding in self.findings.values())

    @property
    def due_on(self) -> dt.date | None:
        """Return the earliest due day of a running clock."""
        return min((c.due_on for c in self.clocks if c.due_on and not c.ended_on and not c.stopped_on), default=None)

    def running(self, clock: str) -> Running | None:
        """Return the latest run of a clock that has not ended; None if there is none."""
        return next((run for run in reversed(self.clocks) if run.clock == clock and not run.ended_on), None)
