"""Authority checks within a viewer's scope; each answer is recorded in the ledger, and later actions are
compared with it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from comptroller.cases import authority
from comptroller.cases.authority import PowerAnswer, Question
from comptroller.model.channel import ENGINE
from comptroller.model.cite import Cite
from comptroller.model.kind import FACT_LINES
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused, refusal
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.visit import Visit


@dataclass(frozen=True, slots=True)
class AuthorityAnswer:
    """A question, its answer, and its ledger entry."""

    asked: Question
    answer: PowerAnswer
    advice: str
    entry: int | None


def question_of(visit: Visit, fields: dict[str, str]) -> Question:
    """Return the question of a form.

    Raises:
        NotFound: the entity is outside the scope.
        Refused: the amount is not a number.
    """
    entity = fields.get("entity", "")
    if not visit.sees_entity(entity):
        raise NotFound(entity)
    for name in ("post", "item"):
        if not fields.get(name):
            raise Refused([refusal("desk.form", ("", None, name), "-")])
    return Question(
        entity,
        fields["post"],
        fields["item"],
        _day(visit, fields.get("on", "")),
        _amount(fields.get("amount_cny", "")),
        counterparty=fields.get("counterparty", ""),
        person=fields.get("person", ""),
        matter=fields.get("matter", ""),
    )


def _day(visit: Visit, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else visit.server.local_now().date()
    except ValueError as error:
        raise Refused([refusal("desk.day", ("", None, "on"), text)]) from error


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", "")) if text else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise Refused([refusal("desk.amount", ("", None, "amount_cny"), text)])
    return amount


def check_authority(visit: Visit, question: Question) -> AuthorityAnswer:
    """Answer a question and record the answer.

    Raises:
        Refused: the ledger rejects the question.
    """
    answer = authority.may(visit.duck, visit.pack.case_policy.authority, question)
    advice = f"Q-{visit.server.chance()[:12]}"
    done = visit.server.outcome_of(visit.server.report("advice", [authority.as_fact(advice, question, answer)], ENGINE))
    return AuthorityAnswer(question, answer, advice, done.entry)


def powers_of(visit: Visit, entity: str, on: dt.date) -> dict[str, Any]:
    """Return who may approve what in an entity: items with their lines, gaps and overlaps.

    Raises:
        NotFound: the entity is outside the viewer's scope.
    """
    if not visit.sees_entity(entity):
        raise NotFound(entity)
    return authority.powers(visit.duck, visit.pack.case_policy.authority, entity, on)


def bodies_of(powers: dict[str, Any]) -> list[str]:
    """Return the bodies and posts that the lines of an entity name."""
    return sorted({line["body"] for lines in powers["items"].values() for line in lines if line["body"]})


def items_of_body(powers: dict[str, Any], body: str) -> dict[str, list[dict[str, Any]]]:
    """Return the items that a body decides, alone decides or studies, each with the lines that name it."""
    by_item = {item: [line for line in lines if line["body"] == body] for item, lines in powers["items"].items()}
    return {item: lines for item, lines in by_item.items() if lines}


def clauses_of(pack: Pack, line: Mapping[str, Any]) -> tuple[Cite, ...]:
    """Return the clauses that a line of a pack's list cites; a reported line has none, its entry is its source."""
    listed = None if line.get("holder") else pack.lists.get(str(line.get("list", "")))
    key = (line.get("item"), line.get("valid_from"), line.get("body") or "")
    same = (
        listed_line
        for listed_line in (listed.lines if listed else ())
        if (listed_line.item, listed_line.valid_from, listed_line.body or "") == key
    )
    return next((listed_line.cites for listed_line in same), ())


def grounds_of(pack: Pack, line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of an answer with its sources: the clauses of a pack's list, or the entry that reported it."""
    fact, cites = line.get("fact"), clauses_of(pack, line)
    clauses = [{"source": cite.source, "article": cite.article} for cite in cites]
    return {**line, "cites": clauses, "entry": fact // FACT_LINES if fact else None}
