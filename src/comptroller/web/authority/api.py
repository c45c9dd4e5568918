"""The call "may I?": whether a post may approve something, by the lists within scope; the answer is recorded in
the ledger.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query

from comptroller.access.grants import SEE
from comptroller.access.row_access import scoped
from comptroller.books.facts.policy import lines_reaching
from comptroller.cases import authority
from comptroller.model.finding import plain
from comptroller.model.refusal import Refused, refusal
from comptroller.web.api.schemas import BODY_ERRORS, AuthorityCheck
from comptroller.web.authority.checks import grounds_of
from comptroller.web.runtime.advice_log import KIND
from comptroller.web.shell.auth import may, present
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["checks"])
Seeing = Annotated[Visit, Depends(may(SEE))]
_IN_CODES = r"""[^<>"'`\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"""
Code = Annotated[str, Body(pattern=rf"^\w{_IN_CODES}{{0,99}}$")]
Name = Annotated[str, Body(pattern=rf"^(\w{_IN_CODES}{{0,99}})?$")]
Word = Annotated[str, Body(pattern=r"^([^\s=+\-@\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,199})?$")]
"""The texts that intake accepts, so that every answer can be recorded in the ledger."""


class _Within:
    """The books within the caller's access; of lists, those that apply to the requested entity."""

    def __init__(self, visit: Visit, chain: list[str]) -> None:
        self._visit = visit
        self._views = visit.views
        if chain:
            lines = lines_reaching(chain)
            is_open = visit.reach.opens(chain, "list_in_force")
            self._views = {**visit.views, "list_in_force": lines if is_open else f"SELECT * FROM ({lines}) WHERE false"}

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._visit.duck.rows(scoped(sql, self._views), values)


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
    matter: Name = "",
    *,
    wait: Annotated[bool, Query(description="Answer when the ledger has it, with its entry.")] = False,
) -> AuthorityCheck:
    """Return whether a post may approve this, the line that decides, and who may if it may not.

    The answer is an entry that later actions are compared with. It is durable before it is returned, and its entry
    follows within half a second, with others of that moment. With `wait` it is returned after the entry.
    """
    if KIND not in visit.pack.kinds:
        raise _no_lists()
    chain = _chain(visit, entity)
    question = authority.Question(
        entity,
        post,
        item,
        on or visit.server.local_now().date(),
        None if amount_cny is None else Decimal(amount_cny),
        counterparty=counterparty,
        person=person,
        matter=matter,
    )
    answered = authority.may(_Within(visit, chain), visit.pack.case_policy.authority, question)
    number = f"Q-{visit.server.chance()[:16]}"
    waiting = visit.server.advices.put(authority.as_fact(number, question, answered))
    if wait:
        visit.server.advices.flush()
    entry = visit.server.outcome_of(waiting).entry if wait else None
    lines: list[dict[str, Any]] = plain([grounds_of(visit.pack, line) for line in answered.lines])
    return AuthorityCheck(number, answered.answer, answered.whom, answered.because, lines, list(answered.first), entry)


def _chain(visit: Visit, entity: str) -> list[str]:
    """Return an entity within scope and all above it, or nothing where another day is requested.

    Raises:
        NotFound: the entity is outside the scope.
    """
    if visit.valid is not None or visit.known is not None:
        present(visit.one("SELECT entity FROM entity WHERE entity = ?", [entity]), entity)
        return []
    chain = visit.chain(entity)
    present(chain if chain and visit.reach.opens(chain, "entity") else None, entity)
    return chain


def _no_lists() -> Refused:
    return Refused([refusal("desk.check", ("", None, ""), KIND)])
