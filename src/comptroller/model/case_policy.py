"""The part of a pack about cases: moves that change them, clocks that run on them, routes that lead to them."""

import datetime as dt
from dataclasses import dataclass, field

from comptroller.model.cite import Cite
from comptroller.model.text import Labels, Text

STATES = Labels("case.state", ("triage", "dismissed", "escalated", "rectifying", "verifying", "closed"))
"""The states of a case; the first is where each one begins."""
ENDED = ("dismissed", "closed")
"""Final states: no deadline runs in them."""
DOES = ("", "hand_over", "receive", "decline", "inform", "extend", "stop", "resume", "accept", "inquire", "conclude")
"""What a move does beside changing the state; '' for nothing."""
PARTIES = ("lead", "informed", "pending", "entity")
"""Who may make a move: the leading line, an informed line, the receiving line of a hand-over, the entity itself."""
REQUIRES = ("cleared", "verified", "cleared_or_accepted", "no_other_inquiry")
"""Conditions of a move: all findings pass again; an officer verified; one of the two; no other line inquires."""
PARTS = ("decides", "studies", "reserves", "bars")
"""Roles of an authority list: who decides from an amount, who studies first, who alone decides, what may not be
delegated.
"""
UNITS = ("working days", "days", "months")


@dataclass(frozen=True, slots=True)
class Move:
    """One action in a case: who may do it, its first and last states, and the fields that it needs."""

    name: str
    title: Text
    of: str
    by: tuple[str, ...]
    states: tuple[str, ...]
    to: str = ""
    does: str = ""
    needs: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    two_officers: bool = False
    entity_sees: bool = False
    releases: bool = False

    @property
    def tells_entity(self) -> bool:
        """Return whether this move of a line informs the entity of the case and its findings so far."""
        return self.of == "case_step" and (self.releases or (self.entity_sees and self.to == "rectifying"))


@dataclass(frozen=True, slots=True)
class Term:
    """The duration of a clock that starts on or after a day."""

    amount: int
    valid_from: dt.date
    verified: bool
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit on a case: what starts and ends it, its unit, the party that it binds, and its possible
    extension.
    """

    name: str
    title: Text
    unit: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    binds: str
    terms: tuple[Term, ...]
    of_rule: bool = False
    lines: tuple[str, ...] = ()
    extensions: int = 0
    extension_most: int = 0

    def term(self, on: dt.date) -> Term | None:
        """Return the term in force on a day; None before the first."""
        terms = [term for term in self.terms if term.valid_from <= on]
        return terms[-1] if terms else None


@dataclass(frozen=True, slots=True)
class Closing:
    """When a case closes itself as its rules pass: for findings of these severities, and with these losses and persons.

    A case without a loss and without a responsible person needs nothing more.
    """

    severities: tuple[str, ...]
    loss_classes: tuple[str, ...] = ()
    with_persons: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Which findings open a case, who leads it, who is informed, and which keys join findings in it.

    An empty condition matches all findings. Of several matching routes, the first by `order` applies. An empty `lead`
    means the line of the rule.
    """

    name: str
    title: Text
    order: int
    opens: bool
    rules: tuple[str, ...]
    kinds: tuple[str, ...]
    severities: tuple[str, ...]
    domains: tuple[str, ...]
    problems: tuple[str, ...]
    classes: tuple[str, ...]
    level_from: int
    level_until: int
    lead: str
    informed: tuple[str, ...]
    office: str
    joins: tuple[tuple[str, ...], ...]
    window_days: int
    cites: tuple[Cite, ...]
    closes: Closing | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What a supervision line may see and show: whether it knows persons, and whether its steps are confidential."""

    knows_persons: bool = False
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class CasePolicy:
    """The moves, clocks and routes of a pack; a pack without routes opens no cases."""

    moves: dict[str, Move]
    clocks: dict[str, Clock]
    routes: tuple[Route, ...]
    sights: dict[str, Sight]
    loss_param: str = ""
    band_params: tuple[str, ...] = ()
    authority: dict[str, str] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        """Return whether findings open cases under this pack."""
        return bool(self.routes)


NO_CASEWORK = CasePolicy({}, {}, (), {})
"""The case policy of a pack that has none."""
