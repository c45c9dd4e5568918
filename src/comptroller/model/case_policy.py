"""What a pack says about cases: the moves that change them, the clocks that run on them, and the routes that lead to them."""

import datetime as dt
from dataclasses import dataclass, field

from comptroller.model.cite import Cite
from comptroller.model.text import Text

STATES = {
    "triage": Text(zh="待研判", en="To be looked at"),
    "dismissed": Text(zh="已解除", en="Dismissed"),
    "escalated": Text(zh="已升级", en="Escalated"),
    "rectifying": Text(zh="待整改", en="To be put right"),
    "verifying": Text(zh="待复核", en="To be verified"),
    "closed": Text(zh="已关闭", en="Closed"),
}
"""The states of a case; the first is where each one begins."""
ENDED = ("dismissed", "closed")
"""States in which nothing is due any more."""
DOES = ("", "hand_over", "receive", "decline", "inform", "extend", "stop", "resume", "accept", "inquire", "conclude")
"""What a move does beside changing the state; '' for nothing."""
PARTIES = ("lead", "informed", "pending", "entity")
"""Who may make a move: the leading line, an informed one, the one a case is being handed to, the entity itself."""
REQUIRES = ("cleared", "verified", "cleared_or_accepted", "no_other_inquiry")
"""What must be so for a move: every finding passes again; somebody verified; one of the two; nobody else inquires."""
PARTS = ("decides", "studies", "reserves", "bars")
"""What a list says of authority: who decides from an amount on, who studies first, who alone decides, what is not handed down."""
UNITS = ("working days", "days", "months")


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may be done in a case: who may, from which states, to which, and what must be said with it."""

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
        """Return whether the entity learns of the case and of what was found so far by this move of a line."""
        return self.of == "case_step" and (self.releases or (self.entity_sees and self.to == "rectifying"))


@dataclass(frozen=True, slots=True)
class Term:
    """How long a clock runs, for what starts from a day on."""

    amount: int
    valid_from: dt.date
    verified: bool
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit on a case: what starts and ends it, in which unit it runs, whom it binds, how far it may be extended."""

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
        held = [one for one in self.terms if one.valid_from <= on]
        return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Closing:
    """When a case ends by itself as its rules pass: for findings of these severities, and with which losses and persons.

    Without a loss, and without anybody who answers for it, nothing more is asked.
    """

    severities: tuple[str, ...]
    loss_classes: tuple[str, ...] = ()
    with_persons: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Which findings open a case, who leads it, who is informed, and by which keys findings meet in it.

    Each of the conditions that is empty holds for all; of several routes that fit the first by `order` counts.
    An empty `lead` is the rule's own.
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
    """What a line of supervision may see and show: whether it knows persons, and whether it keeps its steps to itself."""

    knows_persons: bool = False
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class CasePolicy:
    """All that a pack says about cases; without routes there are none."""

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
"""What a pack says about cases that says nothing about them."""
