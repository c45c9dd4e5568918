"""How a case goes on when its last finding is cleared: it closes itself, or goes to review by officers.

- It closes itself only if later facts made its rules pass, and the route of each finding allows it.
- A loss, persons held responsible, an inquiry, an offer to another line and a decision each need officers.
- A finding that ended with a list, the clock or the policy was corrected by no one, and is never counted as corrected.
"""

from decimal import Decimal

from comptroller.cases.case import Case, CaseFinding, Event
from comptroller.model.finding import BY_FACTS, LAPSED

_OF_ITSELF = ("policy", "time")
"""Causes without a reporter: before officers escalated the case, no review is needed."""


def next_state(case: Case, event: Event) -> tuple[str, str]:
    """Return the next state of a case without current findings, and how it ends there; '' if it does not end."""
    now = current(case)
    if case.state == "triage":
        if any(finding.closes is None and finding.cleared_how not in ("added", *_OF_ITSELF) for finding in now):
            return "verifying", ""
        return "dismissed", "lapsed" if is_lapsed(case) else "withdrawn"
    return ("closed", "passed") if _closes(case, event, now) else ("verifying", "")


def current(case: Case) -> list[CaseFinding]:
    """Return the findings since a case was opened, or last reopened."""
    return [finding for finding in case.findings.values() if not finding.is_past]


def is_lapsed(case: Case) -> bool:
    """Return whether every finding of a case ended with a list, the clock or the policy, and none by facts."""
    now = current(case)
    return bool(now) and all(not finding.stands and finding.cleared_how in LAPSED for finding in now)


def _closes(case: Case, event: Event, now: list[CaseFinding]) -> bool:
    """Return whether a case that officers have escalated is closed by the reported facts alone."""
    has_persons, has_loss = bool(event.said.get("persons")), bool(case.loss_cny and Decimal(case.loss_cny))
    if case.inquiry or case.pending or "decide" in case.officers:
        return False
    return all(
        finding.closes is not None
        and finding.cleared_how in BY_FACTS
        and (not has_persons or bool(finding.closes["with_persons"]))
        and (not has_loss or case.loss_class in finding.closes["loss_classes"])
        for finding in now
    )
