"""May this post approve this matter? Told from lists and delegations in force on the day, with the line that decides.

- A line binds an entity by its dates; a line of a pack that nobody verified binds nobody.
- An amount that equals a line's limit is reached by it.
- What the lists do not say is unknown; it is never allowed by silence.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from comptroller.model.finding import plain


class Books(Protocol):
    """What is asked: rows of the books, all of them or those within somebody's reach."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give a query's rows as tuples."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks to approve what, of which amount, with whom, on which day."""

    entity: str
    post: str
    item: str
    on: dt.date
    amount_cny: Decimal | None = None
    counterparty: str = ""
    person: str = ""
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`allowed`, `ask` (whom), `forbidden` or `unknown`, with the lines that say so and who studies the matter first."""

    answer: str
    whom: str
    because: str
    lines: tuple[Mapping[str, Any], ...] = ()
    first: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Give the answer as plain values."""
        found: dict[str, Any] = plain(asdict(self))
        return found


_LINE = ("list", "item", "holder", "distance", "limit_cny", "body", "position", "valid_from", "valid_until", "fact")


def lines_of(duck: Books, parts: Mapping[str, str], entity: str, on: dt.date, item: str = "") -> list[dict[str, Any]]:
    """Give the lines about authority that bind an entity on a day, of one item or of all, each with its part."""
    rows = duck.rows(
        f"SELECT {', '.join(_LINE)} FROM list_in_force WHERE entity = ? AND (? = '' OR item = ?) AND verified "
        "AND valid_from <= ? AND (valid_until IS NULL OR valid_until > ?) ORDER BY item, list, distance, position, body",
        [entity, item, item, on, on],
    )
    named = [dict(zip(_LINE, row, strict=True)) for row in rows]
    return [{**one, "part": parts[one["list"]]} for one in named if one["list"] in parts]


def may(duck: Books, parts: Mapping[str, str], asked: Question) -> Answer:
    """Answer a question; `parts` says which list has which part in it."""
    lines = lines_of(duck, parts, asked.entity, asked.on, asked.item)
    by_part = {
        part: [one for one in lines if one["part"] == part] for part in ("reserves", "decides", "studies", "bars")
    }
    first = tuple(dict.fromkeys(one["body"] for one in by_part["studies"] if one["body"] and _reaches(one, asked)))
    for one in by_part["reserves"]:
        if one["body"] == asked.post:
            return Answer("allowed", "", _said(one), (one,), first)
        return Answer("forbidden", one["body"] or "", _said(one), (one,))
    if any(one["limit_cny"] is not None for one in by_part["decides"]) and asked.amount_cny is None:
        return Answer("unknown", "", "amount_cny", tuple(by_part["decides"]))
    reached = [one for one in by_part["decides"] if one["body"] and _reaches(one, asked)]
    if reached:
        most = max(one["limit_cny"] or Decimal(0) for one in reached)
        deciding = [one for one in reached if (one["limit_cny"] or Decimal(0)) == most]
        mine = next((one for one in deciding if one["body"] == asked.post), None)
        if mine is not None:
            return Answer("allowed", "", _said(mine), (mine,), first)
        return Answer("ask", deciding[0]["body"], _said(deciding[0]), tuple(deciding), first)
    if asked.person:
        return _delegated(duck, asked, by_part["bars"], first)
    if by_part["decides"]:
        lowest = min(by_part["decides"], key=lambda one: one["limit_cny"] or Decimal(0))
        return Answer("allowed", "", f"below {_said(lowest)}", (lowest,), first)
    return Answer("unknown", "", "no line about this item", (), first)


def _reaches(line: Mapping[str, Any], asked: Question) -> bool:
    """Whether the amount reaches a line; one without a limit is always reached."""
    return line["limit_cny"] is None or (asked.amount_cny is not None and asked.amount_cny >= line["limit_cny"])


def _delegated(duck: Books, asked: Question, bars: list[dict[str, Any]], first: tuple[str, ...]) -> Answer:
    """Answer for a person who would act by a delegation."""
    if bars:
        return Answer("forbidden", "", _said(bars[0]), (bars[0],))
    columns = ("delegation", "issuer_body", "limit_cny", "counterparty", "valid_from", "valid_until", "fact")
    rows = duck.rows(
        f"SELECT {', '.join(columns)} FROM delegation WHERE entity = ? AND delegate = ? AND (item IS NULL OR item = ?) "
        "AND (valid_from IS NULL OR valid_from <= ?) AND (valid_until IS NULL OR valid_until > ?) "
        "AND (revoked_on IS NULL OR revoked_on > ?) ORDER BY limit_cny DESC NULLS FIRST, delegation",
        [asked.entity, asked.person, asked.item, asked.on, asked.on, asked.on],
    )
    held = [dict(zip(columns, row, strict=True)) for row in rows]
    for one in held:
        fits = one["counterparty"] in (None, asked.counterparty)
        if fits and (
            one["limit_cny"] is None or (asked.amount_cny is not None and asked.amount_cny <= one["limit_cny"])
        ):
            return Answer("allowed", "", f"delegation {one['delegation']}", (one,), first)
    if held:
        return Answer(
            "ask", held[0]["issuer_body"] or "", f"beyond delegation {held[0]['delegation']}", tuple(held), first
        )
    return Answer("unknown", "", "no delegation and no line about this item", (), first)


def _said(line: Mapping[str, Any]) -> str:
    limit = f" >= {line['limit_cny']:f}" if line["limit_cny"] is not None else ""
    return f"{line['list']} {line['item']}{limit} {line['body'] or ''}, {line['holder'] or 'pack'} {line['valid_from']}"


def powers(duck: Books, parts: Mapping[str, str], entity: str, on: dt.date) -> dict[str, Any]:
    """Give who may approve what in an entity: for each item its lines in order, and what does not fit together.

    A gap is an item whose lines name no body that decides; an overlap is one whose same amount two bodies decide.
    """
    lines = lines_of(duck, parts, entity, on)
    items: dict[str, list[dict[str, Any]]] = {}
    for one in lines:
        items.setdefault(one["item"], []).append(one)
    gaps, overlaps = [], []
    for item, some in items.items():
        deciding = [one for one in some if one["part"] in ("decides", "reserves") and one["body"]]
        if not deciding:
            gaps.append(item)
        bodies: dict[tuple[Any, Any], set[str]] = {}
        for one in deciding:
            bodies.setdefault((one["limit_cny"], one["distance"]), set()).add(one["body"])
        if any(len(named) > 1 for named in bodies.values()):
            overlaps.append(item)
    return {"items": items, "gaps": gaps, "overlaps": overlaps}


def as_fact(advice: str, asked: Question, answered: Answer) -> dict[str, Any]:
    """Give an answer as a fact of the kind `advice`, which later acts are held against."""
    said = {
        "advice": advice,
        "entity": asked.entity,
        "post": asked.post,
        "person": asked.person,
        "item": asked.item,
        "matter": asked.matter,
        "amount_cny": asked.amount_cny,
        "counterparty": asked.counterparty,
        "asked_on": asked.on,
        "answer": answered.answer,
        "whom": answered.whom,
        "because": answered.because,
    }
    return {name: plain(cell) for name, cell in said.items() if cell not in (None, "")}
