"""Approval by a second officer: one officer of a line proposes an action or a letter, another approves,
releases or withdraws it.
"""

from collections.abc import Mapping
from typing import Any

from comptroller.model.refusal import Refused, refusal
from comptroller.web.cases import actions, letters
from comptroller.web.cases.actions import ActionResult
from comptroller.web.cases.view import LINE, CaseView
from comptroller.web.runtime.admission import is_same_person
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.visit import Visit

_DAYS = ("done_on", "decided_on", "valid_from")


def waits_here(visit: Visit, seen: CaseView, number: int) -> dict[str, Any]:
    """Return what waits in a case under a number.

    Raises:
        NotFound: nothing waits here for a line of the viewer's.
    """
    one = next((w for w in actions.waiting(visit, seen.raw["case_id"]) if w["number"] == number), None)
    if one is None or seen.seat != LINE or one["line"] not in actions.places_of(seen):
        raise NotFound(number)
    return one


def settle(visit: Visit, seen: CaseView, number: int, *, approves: bool) -> ActionResult:
    """Approve or withdraw a waiting action.

    Raises:
        NotFound: nothing waits here under this number.
        Refused: the viewer approves their own action.
    """
    with visit.server.exclusive.about(("waiting", number), visit.server.settings.most_wait_seconds):
        return _settled(visit, seen, number, approves=approves)


def _settled(visit: Visit, seen: CaseView, number: int, *, approves: bool) -> ActionResult:
    """Approve or withdraw a waiting action under one lock, so that two officers cannot do so at once."""
    one = waits_here(visit, seen, number)
    if not approves:
        visit.server.storage.put("DELETE FROM waiting_act WHERE number = ?", [number])
        return ActionResult()
    if is_same_person(visit.server, visit.login, one["login"]):
        raise Refused([refusal("desk.one_officer", ("", None, "approved_by"), visit.login)])
    done = letters.release(visit, seen, one) if one["kind"] == letters.KIND else _approve(visit, one)
    if not done.refusals:
        visit.server.storage.put("DELETE FROM waiting_act WHERE number = ?", [number])
    return done


def _approve(visit: Visit, one: Mapping[str, Any]) -> ActionResult:
    """Record an action with both officers, on the day on which the second approves it."""
    today = visit.server.local_now().date().isoformat()
    fact = {**one["fact"], "approved_by": visit.login} | {n: today for n in _DAYS if n in one["fact"]}
    return actions.tell(visit, one["kind"], fact, one["office"], officer=one["login"], approver=visit.login)
