"""How a case goes on of which no finding stands any more: it ends by itself, or officers have to look at it.

- It ends by itself only where facts that came after the finding made its rules pass, and the route of each finding allows it.
- A loss, persons who answer, an inquiry, an offer to another line and a decision each call for officers.
- What ended with a list, the clock or the policy was put right by nobody, and is never counted so.
"""

from decimal import Decimal

from comptroller.cases.case import Case, CaseFinding, Event
from comptroller.model.finding import BY_FACTS, LAPSED

_OF_ITSELF = ("policy", "time")
"""Ways of which no reporter is the author: nothing is to be looked at before anybody took a finding up."""


def next_state(case: Case, event: Event) -> tuple[str, str]:
    """Return the state to which a case without standing findings goes, and how it ends there; '' where it does
    not end.
    """
    now = current(case)
    if case.state == "triage":
        if any(one.closes is None and one.cleared_how not in ("added", *_OF_ITSELF) for one in now):
            return "verifying", ""
        return "dismissed", "lapsed" if is_lapsed(case) else "withdrawn"
    return ("closed", "passed") if _closes(case, event, now) else ("verifying", "")


def current(case: Case) -> list[CaseFinding]:
    """Return the findings of a case since it was opened, or opened again."""
    return [one for one in case.findings.values() if not one.is_past]


def is_lapsed(case: Case) -> bool:
    """Return whether every finding of a case ended with a list, the clock or the policy, and none by facts."""
    now = current(case)
    return bool(now) and all(not one.stands and one.cleared_how in LAPSED for one in now)


def _closes(case: Case, event: Event, now: list[CaseFinding]) -> bool:
    """Return whether a case that officers have taken up ends by what was told."""
    has_persons, has_loss = bool(event.said.get("persons")), bool(case.loss_cny and Decimal(case.loss_cny))
    if case.inquiry or case.pending or "decide" in case.officers:
        return False
    return all(
        one.closes is not None
        and one.cleared_how in BY_FACTS
        and (not has_persons or bool(one.closes["with_persons"]))
        and (not has_loss or case.loss_class in one.closes["loss_classes"])
        for one in now
    )
