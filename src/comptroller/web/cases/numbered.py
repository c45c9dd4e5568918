"""Actions under the number of their form: sent several times, an action is done once and has one answer."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from comptroller.model.refusal import Refusal
from comptroller.web.cases.actions import ActionResult, perform
from comptroller.web.cases.view import CaseView
from comptroller.web.runtime.idempotency import answer_once
from comptroller.web.shell.visit import Visit


def do_once(visit: Visit, case: CaseView, name: str, values: Mapping[str, Any], number: str) -> ActionResult:
    """Perform an action under the number of its form: sent again, it is done once and has the same answer.

    A rejected action may be sent again with other values. Raises what `perform` and `answer_once` raise.
    """
    if not number:
        return perform(visit, case, name, values)
    words = {key: value for key, value in values.items() if key not in ("form_key", "number")}
    digest = sha256(json.dumps([name, words], sort_keys=True, default=str).encode()).hexdigest()
    refusals: list[Refusal] = []

    def work() -> dict[str, Any]:
        done = perform(visit, case, name, values, number)
        refusals.extend(done.refusals)
        return {} if done.refusals else done.as_json()

    place = (visit.login, f"\x1fact {case.raw['case_id']} {number}", digest)
    answer = answer_once(visit.server, place, work, lambda _size: None, is_final=bool)
    return ActionResult(answer.get("entry"), answer.get("waits"), tuple(refusals))
