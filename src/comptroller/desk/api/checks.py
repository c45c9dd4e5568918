"""The call "may I?": whether a post may approve something, told from the lists within reach, and kept in the ledger."""

import datetime as dt
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query

from comptroller.access.grants import SEE
from comptroller.access.reach import scoped
from comptroller.cases import authority
from comptroller.desk.api.forms import BODY_ERRORS, Advice
from comptroller.desk.doors import may, present
from comptroller.desk.visit import Visit
from comptroller.desk.writer import Outcome
from comptroller.model.finding import plain
from comptroller.model.refusal import Refused, refusal

router = APIRouter(tags=["checks"])
Seeing = Annotated[Visit, Depends(may(SEE))]
Code = Annotated[str, Body(pattern=r"^\w[^\x00-\x1f\x7f]{0,99}$")]
Word = Annotated[str, Body(pattern=r"^([^\s=+\-@\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,199})?$")]
"""What intake takes as a text, so that no answer is given that the ledger would refuse to keep."""
_KIND = "advice"
_log = logging.getLogger(__name__)


class _Within:
    """The books as the one who asks may read them."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._visit.duck.rows(scoped(sql, self._visit.views), values)


@router.post("/checks", responses=BODY_ERRORS)
def check(  # noqa: PLR0913, PLR0917 - what a question is made of
    visit: Seeing,
    entity: Code,
    post: Code,
    item: Code,
    on: Annotated[dt.date | None, Body(description="On that day; today where none is said.")] = None,
    amount_cny: Annotated[
        str | None, Body(pattern=r"^[0-9]{1,16}(\.[0-9]{1,4})?$", description="As text, so that no digit is lost.")
    ] = None,
    counterparty: Word = "",
    person: Word = "",
    matter: Word = "",
    *,
    wait: Annotated[bool, Query(description="Answer when the ledger has it, with its entry.")] = False,
) -> Advice:
    """Say whether a post may approve this, by which line, and whom to ask if not; the answer is an entry that later acts are held against.

    The answer is given at once, while its entry is on its way; with `wait` it is given when the entry is durable.
    """
    if _KIND not in visit.pack.kinds:
        raise _nothing_to_tell_from()
    present(visit.one("SELECT entity FROM entity WHERE entity = ?", [entity]), entity)
    asked = authority.Question(
        entity,
        post,
        item,
        on or visit.desk.local_now().date(),
        None if amount_cny is None else Decimal(amount_cny),
        counterparty=counterparty,
        person=person,
        matter=matter,
    )
    answered = authority.may(_Within(visit), visit.pack.casework.authority, asked)
    number = f"Q-{visit.desk.chance()[:16]}"
    waiting = visit.desk.say(_KIND, [authority.as_fact(number, asked, answered)])
    waiting.add_done_callback(partial(_kept, number))
    entry = visit.desk.said(waiting).entry if wait else None
    lines: list[dict[str, Any]] = plain([dict(line) for line in answered.lines])
    return Advice(number, answered.answer, answered.whom, answered.because, lines, list(answered.first), entry)


def _kept(number: str, waiting: "Future[Outcome]") -> None:
    """Say in the log what was answered and is not in the ledger: whoever runs the desk has to know of it."""
    fault = waiting.exception()
    if fault is not None or waiting.result().refusals:
        _log.error("advice %s was given and is not in the ledger: %s", number, fault or waiting.result().refusals)


def _nothing_to_tell_from() -> Refused:
    wanted = ("含有权限清单的政策", "a policy that has lists of authority")
    mend = ("采用含有权限清单的政策包", "Adopt a policy that has them.")
    return Refused([refusal("desk.check", ("", None, ""), _KIND, wanted, mend)])
