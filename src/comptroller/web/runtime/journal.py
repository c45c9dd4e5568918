"""Reports of the server itself: facts in the owner's name, and what users did, on their way into the ledger."""

import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from comptroller.intake import Report
from comptroller.model.channel import ENGINE, OPERATOR
from comptroller.model.refusal import Refused
from comptroller.web.runtime.writer import Outcome, Writer


class Journal:
    """Reports facts through the writer, in the owner's name."""

    def __init__(
        self, writer: Writer, owner: Callable[[], str], now: Callable[[], dt.datetime], chance: Callable[[], str]
    ) -> None:
        """Take the writer, and functions that return the owner's code, the owner's local time and random text."""
        self._writer, self._owner, self._now, self._chance = writer, owner, now, chance

    def note(self, login: str, did: str, about: str = "", detail: str = "") -> "Future[Outcome]":
        """Record in the ledger what a user did; return the future of its outcome."""
        fact = {
            "granted_by": self._owner(),
            "deed": self._chance()[:16],
            "login": login,
            "did": did,
            "about": about[:500] or None,
            "detail": detail[:4000] or None,
            "done_at": self._now().isoformat(timespec="seconds"),
        }
        return self.report("desk_act", [fact], ENGINE)

    def report(
        self, kind: str, facts: list[dict[str, Any]], channel: str = OPERATOR, login: str = ""
    ) -> "Future[Outcome]":
        """Report facts of a kind; return the future of the outcome. Empty fields are left out.

        Pages and calls name their channel; without one it is the operator's.
        """
        filled = [{name: value for name, value in fact.items() if value is not None} for fact in facts]
        payload = json.dumps({"kind": kind, "facts": filled}, ensure_ascii=False).encode()
        name = f"desk-{kind}.json"
        return self._writer.take(Report(payload, "json", name, self._owner(), channel=channel, login=login))


def outcome_of(waiting: "Future[Outcome]", seconds: float) -> Outcome:
    """Return the outcome of a report after waiting at most `seconds`; raises Refused when it was rejected."""
    outcome = waiting.result(seconds)
    if outcome.refusals:
        raise Refused(list(outcome.refusals))
    return outcome
