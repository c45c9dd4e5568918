"""May this post approve this matter? The answer comes from lists and delegations in force on the day, with the line
that decides.

- A line binds an entity by its dates; a line of a pack that no one verified binds no entity.
- An amount equal to a line's limit reaches the line.
- What the lists do not cover is unknown; silence never allows anything.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from comptroller.model.case_policy import PARTS
from comptroller.model.finding import plain


class PowerTables(Protocol):
    """The tables to query: all rows of the books, or those that the viewer may see."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return a query's rows as tuples."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question: who wants to approve what, its amount, its counterparty, and the day."""

    entity: str
    post: str
    item: str
    on: dt.date
    amount_cny: Decimal | None = None
    counterparty: str = ""
    person: str = ""
    matter: str = ""


@dataclass(frozen=True, slots=True)
class PowerAnswer:
    """`allowed`, `ask` (with the body to ask), `forbidden` or `unknown`, the lines that are the reason, and who
    studies the matter first.
    """

    answer: str
    whom: str
    because: str
    lines: tuple[Mapping[str, Any], ...] = ()
    first: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        fields: dict[str, Any] = plain(asdict(self))
        return fields


_LINE = (
    *("list", "item", "holder", "distance", "limit_cny", "share_pct", "body", "position", "valid_from", "valid_until"),
    "fact",
)
_DELEGATION = (
    *("delegation", "issuer_body", "limit_cny", "counterparty", "contract_kind", "redelegable", "parent_delegation"),
    *("valid_from", "valid_until", "fact"),
)
_PASSED_ON_MOST = 16


def lines_of(
    duck: PowerTables, parts: Mapping[str, str], entity: str, on: dt.date, item: str = ""
) -> list[dict[str, Any]]:
    """Return the lines about authority that bind an entity on a day, for one item or for all, each with its part."""
    rows = duck.rows(
        f"SELECT {', '.join(_LINE)} FROM list_in_force WHERE entity = ? AND (? = '' OR item = ?) AND verified "
        "AND valid_from <= ? AND (valid_until IS NULL OR valid_until > ?) ORDER BY item, list, distance, position, body",
        [entity, item, item, on, on],
    )
    named = [dict(zip(_LINE, row, strict=True)) for row in rows]
    return [{**line, "part": parts[line["list"]]} for line in named if line["list"] in parts]


def may(duck: PowerTables, parts: Mapping[str, str], question: Question) -> PowerAnswer:
    """Return the answer to a question; `parts` maps each list to its part in it."""
    lines = lines_of(duck, parts, question.entity, question.on, question.item)
    by_part = {part: [line for line in lines if line["part"] == part] for part in PARTS}
    first = tuple(
        dict.fromkeys(line["body"] for line in by_part["studies"] if line["body"] and _reaches(line, question))
    )
    for part in ("reserves", "decides"):
        lacking = _lacking(by_part[part], question)
        if lacking:
            return PowerAnswer("unknown", "", lacking, tuple(by_part[part]))
    reserved = [line for line in by_part["reserves"] if _reaches(line, question)]
    if reserved:
        mine = next((line for line in reserved if line["body"] == question.post), None)
        if mine is not None:
            return PowerAnswer("allowed", "", _reason(mine), (mine,), first)
        return PowerAnswer("forbidden", reserved[0]["body"] or "", _reason(reserved[0]), tuple(reserved))
    deciding = [line for line in by_part["decides"] if line["body"] and _reaches(line, question)]
    if deciding:
        return _by_line(duck, question, deciding, by_part["bars"], first)
    if question.person:
        return _by_delegation(duck, question, by_part["bars"], first)
    return _below(by_part["decides"], question, first)


def _reaches(line: Mapping[str, Any], question: Question) -> bool:
    """Return whether the amount reaches a line; one without a limit is always reached."""
    return line["limit_cny"] is None or (question.amount_cny is not None and question.amount_cny >= line["limit_cny"])


def _lacking(lines: Sequence[Mapping[str, Any]], question: Question) -> str:
    """Return what a line needs and the question lacks: the amount, or a share, which no question carries; or ''."""
    if question.amount_cny is None and any(line["limit_cny"] is not None for line in lines):
        return "amount_cny"
    by_share = [line for line in lines if line["share_pct"] is not None]
    is_told = all(line["limit_cny"] is not None and _reaches(line, question) for line in by_share)
    return "" if is_told else "share_pct"


def _by_line(
    duck: PowerTables,
    question: Question,
    lines: list[dict[str, Any]],
    bars: list[dict[str, Any]],
    first: tuple[str, ...],
) -> PowerAnswer:
    """Return the answer if the amount reaches a line: its body decides, or a person with a delegation from that
    body.
    """
    most = max(line["limit_cny"] or Decimal(0) for line in lines)
    deciding = [line for line in lines if (line["limit_cny"] or Decimal(0)) == most]
    mine = next((line for line in deciding if line["body"] == question.post), None)
    if mine is not None:
        return PowerAnswer("allowed", "", _reason(mine), (mine,), first)
    if question.person and not bars:
        bodies = {line["body"] for line in deciding}
        delegation = next(
            (d for d in _delegations(duck, question) if d["issuer_body"] in bodies and _carries(duck, d, question)),
            None,
        )
        if delegation is not None:
            return PowerAnswer("allowed", "", f"delegation {delegation['delegation']}", (delegation,), first)
    return PowerAnswer("ask", deciding[0]["body"], _reason(deciding[0]), tuple(deciding), first)


def _below(deciding: list[dict[str, Any]], question: Question, first: tuple[str, ...]) -> PowerAnswer:
    """Return the answer for an amount that no line reaches: a body in the item's lines may decide; for other
    posts it is unknown.
    """
    if not deciding:
        return PowerAnswer("unknown", "", "no line about this item", (), first)
    lowest = min(deciding, key=lambda line: line["limit_cny"] or Decimal(0))
    answer = "allowed" if any(line["body"] == question.post for line in deciding) else "unknown"
    return PowerAnswer(answer, "", f"below {_reason(lowest)}", (lowest,), first)


def _by_delegation(
    duck: PowerTables, question: Question, bars: list[dict[str, Any]], first: tuple[str, ...]
) -> PowerAnswer:
    """Return the answer for a person who would act by a delegation."""
    if bars:
        return PowerAnswer("forbidden", "", _reason(bars[0]), (bars[0],))
    delegations = _delegations(duck, question)
    for delegation in delegations:
        if _carries(duck, delegation, question):
            return PowerAnswer("allowed", "", f"delegation {delegation['delegation']}", (delegation,), first)
    if delegations:
        because = f"beyond delegation {delegations[0]['delegation']}"
        return PowerAnswer("ask", delegations[0]["issuer_body"] or "", because, tuple(delegations), first)
    return PowerAnswer("unknown", "", "no delegation and no line about this item", (), first)


_IN_FORCE = (
    "entity = ? AND (item IS NULL OR item = ?) AND (valid_from IS NULL OR valid_from <= ?) "
    "AND (valid_until IS NULL OR valid_until > ?) AND (revoked_on IS NULL OR revoked_on > ?)"
)


def _delegations(duck: PowerTables, question: Question) -> list[dict[str, Any]]:
    """Return the person's delegations for the item in force on the day, the widest first."""
    rows = duck.rows(
        f"SELECT {', '.join(_DELEGATION)} FROM delegation WHERE delegate = ? AND {_IN_FORCE} "
        "ORDER BY limit_cny DESC NULLS FIRST, delegation",
        [question.person, question.entity, question.item, question.on, question.on, question.on],
    )
    return [dict(zip(_DELEGATION, row, strict=True)) for row in rows]


def _carries(duck: PowerTables, delegation: Mapping[str, Any], question: Question) -> bool:
    """Return whether a delegation covers the question, and every delegation above it covers it too.

    A delegation for one kind of contract covers nothing: a question does not name its contract.
    """
    visited = {delegation["delegation"]}
    for _ in range(_PASSED_ON_MOST):
        fits = delegation["counterparty"] in (None, question.counterparty) and delegation["contract_kind"] is None
        is_within = delegation["limit_cny"] is None or (
            question.amount_cny is not None and question.amount_cny <= delegation["limit_cny"]
        )
        if not (fits and is_within):
            return False
        if delegation["parent_delegation"] is None:
            return True
        rows = duck.rows(
            f"SELECT {', '.join(_DELEGATION)} FROM delegation WHERE delegation = ? AND {_IN_FORCE}",
            [delegation["parent_delegation"], question.entity, question.item, question.on, question.on, question.on],
        )
        delegation = dict(zip(_DELEGATION, rows[0], strict=True)) if rows else {}
        if not delegation or not delegation["redelegable"] or delegation["delegation"] in visited:
            return False
        visited.add(delegation["delegation"])
    return False


def _reason(line: Mapping[str, Any]) -> str:
    limit = f" >= {line['limit_cny']:f}" if line["limit_cny"] is not None else ""
    return f"{line['list']} {line['item']}{limit} {line['body'] or ''}, {line['holder'] or 'pack'} {line['valid_from']}"


def powers(duck: PowerTables, parts: Mapping[str, str], entity: str, on: dt.date) -> dict[str, Any]:
    """Return who may approve what in an entity: for each item its lines in order, and the inconsistencies.

    A gap is an item with no body that decides; an overlap is an item with two bodies deciding the same amount. `below`
    holds for each item without a gap its lowest limit: smaller amounts have no line.
    """
    lines = lines_of(duck, parts, entity, on)
    items: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        items.setdefault(line["item"], []).append(line)
    gaps, overlaps, below = [], [], {}
    for item, item_lines in items.items():
        reserved = [line for line in item_lines if line["part"] == "reserves" and line["body"]]
        deciding = [line for line in item_lines if line["part"] == "decides" and line["body"]]
        # If a body reserves an item without a limit, no other line can assign it.
        counted = reserved if any(line["limit_cny"] is None for line in reserved) else reserved + deciding
        if not counted:
            gaps.append(item)
            continue
        lowest = min(line["limit_cny"] or Decimal(0) for line in counted)
        if lowest > 0:
            below[item] = lowest
        bodies: dict[Any, set[str]] = {}
        for line in counted:
            bodies.setdefault(line["limit_cny"] or Decimal(0), set()).add(line["body"])
        if any(len(named) > 1 for named in bodies.values()):
            overlaps.append(item)
    return {"items": items, "gaps": gaps, "overlaps": overlaps, "below": below}


def as_fact(advice: str, question: Question, answered: PowerAnswer) -> dict[str, Any]:
    """Return an answer as a fact of the kind `advice`; later acts are compared with it."""
    fields = {
        "advice": advice,
        "entity": question.entity,
        "post": question.post,
        "person": question.person,
        "item": question.item,
        "matter": question.matter,
        "amount_cny": question.amount_cny,
        "counterparty": question.counterparty,
        "asked_on": question.on,
        "answer": answered.answer,
        "whom": answered.whom,
        "because": answered.because,
    }
    return {name: plain(cell) for name, cell in fields.items() if cell not in (None, "")}
