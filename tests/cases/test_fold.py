"""Clocks and lines of a case from events alone: what a stop adds, what an answer ends, which line learns of a
further finding.
"""

import datetime as dt
from functools import lru_cache

from comptroller.cases.case import Case, Event
from comptroller.cases.due_dates import DueDates
from comptroller.cases.fold import apply
from comptroller.model.case_policy import CasePolicy, Clock, Move, Term
from comptroller.model.text import Text

_BEGIN = dt.date(2024, 1, 1)
_NO_TEXT = Text(zh="", en="")
_STATES = ("triage", "escalated", "closed")


def _clock(name: str, starts: str, ends: tuple[str, ...], *, binds: str = "lead", unit: str = "working days") -> Clock:
    return Clock(name, _NO_TEXT, unit, (starts,), ends, binds, (Term(10, _BEGIN, True, ()),), extensions=2)


@lru_cache(maxsize=1)
def _work() -> CasePolicy:
    clocks = [
        _clock("look", "state.triage", ("state.closed",)),
        _clock("whole", "state.triage", ("state.closed",), unit="days"),
        _clock("material", "request.asked", ("request.answered", "state.closed"), binds="entity"),
        _clock("letter", "letter.sent", ("move.explain", "state.closed"), binds="entity"),
    ]
    does = {name: name for name in ("stop", "resume", "extend")}
    moves = {name: Move(name, _NO_TEXT, "case_step", ("lead",), _STATES, does=what) for name, what in does.items()}
    for name, to in (("close", "closed"), ("supply", ""), ("explain", "")):
        moves[name] = Move(name, _NO_TEXT, "case_step", ("lead",), _STATES, to=to)
    return CasePolicy(moves, {one.name: one for one in clocks}, (), {})


@lru_cache(maxsize=1)
def _days() -> DueDates:
    every = (_BEGIN + dt.timedelta(days=n) for n in range(366))
    return DueDates(day for day in every if day.isoweekday() <= 5)


def _apply(case: Case, what: str, on: int, **fields: object) -> None:
    """Apply an event on a day of January 2024."""
    order = str(fields.pop("reason", ""))
    apply(case, Event(what, dt.date(2024, 1, on), line="internal", reason=order, said=fields), _work(), _days())


def _found(name: str = "F1", **more: object) -> dict[str, object]:
    fields = {"finding": name, "entity": "G1", "rule": "r", "severity": "low", "joins": "", "lead": "internal"}
    return {**fields, "informed": [], "office": "O", "remedy": None, "window_days": 0, **more}


def _opened() -> Case:
    case = Case("C")
    _apply(case, "finding.raised", 1, **_found())
    return case


def _due(case: Case, clock: str) -> dt.date | None:
    run = case.running(clock)
    assert run is not None
    return run.due_on


def test_a_stopped_clock_regains_its_days_in_its_own_unit() -> None:
    """From Wednesday to the Tuesday after are four working days and six days; nothing is due during a stop."""
    case = _opened()
    assert (_due(case, "look"), _due(case, "whole")) == (dt.date(2024, 1, 15), dt.date(2024, 1, 11))
    for clock in ("look", "whole"):
        _apply(case, "move.stop", 3, clock=clock)
    assert case.due_on is None
    for clock in ("look", "whole"):
        _apply(case, "move.resume", 9, clock=clock)
    assert (_due(case, "look"), _due(case, "whole")) == (dt.date(2024, 1, 19), dt.date(2024, 1, 17))
    assert case.due_on == dt.date(2024, 1, 17)


def test_an_extension_adds_to_the_due_day_under_its_order() -> None:
    """Each extension counts on from the day that was due, and the clock names the order that granted it last."""
    case = _opened()
    for order, due in (("N1", 22), ("N2", 29)):
        _apply(case, "move.extend", 2, clock="look", extend_by=5, order_number=order)
        assert _due(case, "look") == dt.date(2024, 1, due)
        assert case.running("look").order_number == order  # type: ignore[union-attr]
    assert case.running("look").extended == 10  # type: ignore[union-attr]


def test_an_answer_ends_only_its_own_clock() -> None:
    """Two requests and two letters are each ended by their own answer; the end of the case ends every running clock."""
    case = _opened()
    for name in ("R1", "R2"):
        _apply(case, "request.asked", 2, request=name, material=name)
        _apply(case, "letter.sent", 2, letter=f"L{name}", addressee="G1", due_on="2024-01-20")
    _apply(case, "move.supply", 3, request="R2")
    _apply(case, "move.explain", 4, letter="LR1")
    running = {run.instance for run in case.clocks if not run.ended_on and run.clock in ("material", "letter")}
    assert running == {"R1", "LR2"}
    _apply(case, "move.close", 5)
    assert all(run.ended_on for run in case.clocks)


def test_a_letter_to_another_asks_nothing_of_the_entity() -> None:
    """Neither a letter to another entity nor one without a day starts the clock of the entity's answer."""
    case = _opened()
    _apply(case, "letter.sent", 2, letter="L1", addressee="O", due_on="2024-01-20")
    _apply(case, "letter.sent", 2, letter="L2", addressee="G1")
    assert case.running("letter") is None


def test_a_further_finding_informs_its_line_and_raises_the_severity() -> None:
    """A case has one lead; the line of a finding that joins is informed once, and the worst severity counts."""
    case = _opened()
    for name, severity in (("F2", "high"), ("F3", "med")):
        _apply(case, "finding.raised", 2, **_found(name, lead="audit", severity=severity))
    assert (case.lead, case.informed, case.severity) == ("internal", ["audit"], "high")
