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


def waits_here(visit: Visit, case: CaseView, number: int) -> dict[str, Any]:
    """Return what waits in a case under a number.

    Raises:
        NotFound: nothing waits here for a line of the viewer's.
    """
    record = next((w for w in actions.waiting(visit, case.raw["case_id"]) if w["number"] == number), None)
    if record is None or case.seat != LINE or record["line"] not in actions.places_of(case):
        raise NotFound(number)
    return record


def settle(visit: Visit, case: CaseView, number: int, *, approves: bool) -> ActionResult:
    """Approve or withdraw a waiting action.

    Raises:
        NotFound: nothing waits here under this number.
        Refused: the viewer approves their own action.
    """
    with visit.server.exclusive.about(("waiting", number), visit.server.settings.most_wait_seconds):
        return _settle_locked(visit, case, number, approves=approves)


def _settle_locked(visit: Visit, case: CaseView, number: int, *, approves: bool) -> ActionResult:
    """Approve or withdraw a waiting action under one lock, so that two officers cannot do so at once."""
    record = waits_here(visit, case, number)
    if not approves:
        visit.server.storage.put("DELETE FROM waiting_act WHERE number = ?", [number])
        return ActionResult()
    if is_same_person(visit.server, visit.login, record["login"]):
        raise Refused([refusal("desk.one_officer", ("", None, "approved_by"), visit.login)])
    done = letters.release(visit, case, record) if record["kind"] == letters.KIND else _approve(visit, record)
    if not done.refusals:
        visit.server.storage.put("DELETE FROM waiting_act WHERE number = ?", [number])
    return done


def _approve(visit: Visit, record: Mapping[str, Any]) -> ActionResult:
    """Record an action with both officers, on the day of the second approval."""
    today = visit.server.local_now().date().isoformat()
    fact = {**record["fact"], "approved_by": visit.login} | {n: today for n in _DAYS if n in record["fact"]}
    return actions.record(visit, record["kind"], fact, record["office"], officer=record["login"], approver=visit.login)
