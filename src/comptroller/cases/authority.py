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

from comptroller.model.case_policy import PARTS
from comptroller.model.finding import plain


class PowerTables(Protocol):
    """What is asked: rows of the books, all of them or those within somebody's reach."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return a query's rows as tuples."""


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
class PowerAnswer:
    """`allowed`, `ask` (whom), `forbidden` or `unknown`, with the lines that say so and who studies the matter first."""

    answer: str
    whom: str
    because: str
    lines: tuple[Mapping[str, Any], ...] = ()
    first: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        found: dict[str, Any] = plain(asdict(self))
        return found


_LINE = (
    *("list", "item", "holder", "distance", "limit_cny", "share_pct", "body", "position", "valid_from", "valid_until"),
    "fact",
)
_GIVEN = (
    *("delegation", "issuer_body", "limit_cny", "counterparty", "contract_kind", "redelegable", "parent_delegation"),
    *("valid_from", "valid_until", "fact"),
)
_PASSED_ON_MOST = 16


def lines_of(
    duck: PowerTables, parts: Mapping[str, str], entity: str, on: dt.date, item: str = ""
) -> list[dict[str, Any]]:
    """Return the lines about authority that bind an entity on a day, of one item or of all, each with its part."""
    rows = duck.rows(
        f"SELECT {', '.join(_LINE)} FROM list_in_force WHERE entity = ? AND (? = '' OR item = ?) AND verified "
        "AND valid_from <= ? AND (valid_until IS NULL OR valid_until > ?) ORDER BY item, list, distance, position, body",
        [entity, item, item, on, on],
    )
    named = [dict(zip(_LINE, row, strict=True)) for row in rows]
    return [{**one, "part": parts[one["list"]]} for one in named if one["list"] in parts]


def may(duck: PowerTables, parts: Mapping[str, str], asked: Question) -> PowerAnswer:
    """Answer a question; `parts` says which list has which part in it."""
    lines = lines_of(duck, parts, asked.entity, asked.on, asked.item)
    by_part = {part: [one for one in lines if one["part"] == part] for part in PARTS}
    first = tuple(dict.fromkeys(one["body"] for one in by_part["studies"] if one["body"] and _reaches(one, asked)))
    for part in ("reserves", "decides"):
        lacking = _lacking(by_part[part], asked)
        if lacking:
            return PowerAnswer("unknown", "", lacking, tuple(by_part[part]))
    reserved = [one for one in by_part["reserves"] if _reaches(one, asked)]
    if reserved:
        mine = next((one for one in reserved if one["body"] == asked.post), None)
        if mine is not None:
            return PowerAnswer("allowed", "", _said(mine), (mine,), first)
        return PowerAnswer("forbidden", reserved[0]["body"] or "", _said(reserved[0]), tuple(reserved))
    reached = [one for one in by_part["decides"] if one["body"] and _reaches(one, asked)]
    if reached:
        return _decided(duck, asked, reached, by_part["bars"], first)
    if asked.person:
        return _delegated(duck, asked, by_part["bars"], first)
    return _below(by_part["decides"], asked, first)


def _reaches(line: Mapping[str, Any], asked: Question) -> bool:
    """Return whether the amount reaches a line; one without a limit is always reached."""
    return line["limit_cny"] is None or (asked.amount_cny is not None and asked.amount_cny >= line["limit_cny"])


def _lacking(lines: Sequence[Mapping[str, Any]], asked: Question) -> str:
    """Return what a question does not say and a line asks for: the amount, or a share, which no question says;
    or ''.
    """
    if asked.amount_cny is None and any(one["limit_cny"] is not None for one in lines):
        return "amount_cny"
    by_share = [one for one in lines if one["share_pct"] is not None]
    is_told = all(one["limit_cny"] is not None and _reaches(one, asked) for one in by_share)
    return "" if is_told else "share_pct"


def _decided(
    duck: PowerTables,
    asked: Question,
    reached: list[dict[str, Any]],
    bars: list[dict[str, Any]],
    first: tuple[str, ...],
) -> PowerAnswer:
    """Answer where the amount reaches a line: its body decides, or who acts by a delegation of that very body."""
    most = max(one["limit_cny"] or Decimal(0) for one in reached)
    deciding = [one for one in reached if (one["limit_cny"] or Decimal(0)) == most]
    mine = next((one for one in deciding if one["body"] == asked.post), None)
    if mine is not None:
        return PowerAnswer("allowed", "", _said(mine), (mine,), first)
    if asked.person and not bars:
        bodies = {one["body"] for one in deciding}
        given = next((d for d in _given(duck, asked) if d["issuer_body"] in bodies and _carries(duck, d, asked)), None)
        if given is not None:
            return PowerAnswer("allowed", "", f"delegation {given['delegation']}", (given,), first)
    return PowerAnswer("ask", deciding[0]["body"], _said(deciding[0]), tuple(deciding), first)


def _below(deciding: list[dict[str, Any]], asked: Question, first: tuple[str, ...]) -> PowerAnswer:
    """Answer for an amount that no line reaches: a body of the item's lines decides; of others the lines say nothing."""
    if not deciding:
        return PowerAnswer("unknown", "", "no line about this item", (), first)
    lowest = min(deciding, key=lambda one: one["limit_cny"] or Decimal(0))
    answer = "allowed" if any(one["body"] == asked.post for one in deciding) else "unknown"
    return PowerAnswer(answer, "", f"below {_said(lowest)}", (lowest,), first)


def _delegated(duck: PowerTables, asked: Question, bars: list[dict[str, Any]], first: tuple[str, ...]) -> PowerAnswer:
    """Answer for a person who would act by a delegation."""
    if bars:
        return PowerAnswer("forbidden", "", _said(bars[0]), (bars[0],))
    held = _given(duck, asked)
    for one in held:
        if _carries(duck, one, asked):
            return PowerAnswer("allowed", "", f"delegation {one['delegation']}", (one,), first)
    if held:
        because = f"beyond delegation {held[0]['delegation']}"
        return PowerAnswer("ask", held[0]["issuer_body"] or "", because, tuple(held), first)
    return PowerAnswer("unknown", "", "no delegation and no line about this item", (), first)


_IN_FORCE = (
    "entity = ? AND (item IS NULL OR item = ?) AND (valid_from IS NULL OR valid_from <= ?) "
    "AND (valid_until IS NULL OR valid_until > ?) AND (revoked_on IS NULL OR revoked_on > ?)"
)


def _given(duck: PowerTables, asked: Question) -> list[dict[str, Any]]:
    """Return what was delegated to the person for the item and is in force on the day, the widest first."""
    rows = duck.rows(
        f"SELECT {', '.join(_GIVEN)} FROM delegation WHERE delegate = ? AND {_IN_FORCE} "
        "ORDER BY limit_cny DESC NULLS FIRST, delegation",
        [asked.person, asked.entity, asked.item, asked.on, asked.on, asked.on],
    )
    return [dict(zip(_GIVEN, row, strict=True)) for row in rows]


def _carries(duck: PowerTables, one: Mapping[str, Any], asked: Question) -> bool:
    """Return whether a delegation reaches as far as is asked, and every one that it was passed on from does so as well.

    One for a kind of contract carries nothing: a question does not say which contract it is about.
    """
    seen = {one["delegation"]}
    for _ in range(_PASSED_ON_MOST):
        fits = one["counterparty"] in (None, asked.counterparty) and one["contract_kind"] is None
        is_within = one["limit_cny"] is None or (asked.amount_cny is not None and asked.amount_cny <= one["limit_cny"])
        if not (fits and is_within):
            return False
        if one["parent_delegation"] is None:
            return True
        rows = duck.rows(
            f"SELECT {', '.join(_GIVEN)} FROM delegation WHERE delegation = ? AND {_IN_FORCE}",
            [one["parent_delegation"], asked.entity, asked.item, asked.on, asked.on, asked.on],
        )
        one = dict(zip(_GIVEN, rows[0], strict=True)) if rows else {}
        if not one or not one["redelegable"] or one["delegation"] in seen:
            return False
        seen.add(one["delegation"])
    return False


def _said(line: Mapping[str, Any]) -> str:
    limit = f" >= {line['limit_cny']:f}" if line["limit_cny"] is not None else ""
    return f"{line['list']} {line['item']}{limit} {line['body'] or ''}, {line['holder'] or 'pack'} {line['valid_from']}"


def powers(duck: PowerTables, parts: Mapping[str, str], entity: str, on: dt.date) -> dict[str, Any]:
    """Return who may approve what in an entity: for each item its lines in order, and what does not fit together.

    A gap is an item whose lines name no body that decides; an overlap is one whose same amount two bodies decide.
    `below` gives for each item without gap the amount under which no line names who decides.
    """
    lines = lines_of(duck, parts, entity, on)
    items: dict[str, list[dict[str, Any]]] = {}
    for one in lines:
        items.setdefault(one["item"], []).append(one)
    gaps, overlaps, below = [], [], {}
    for item, some in items.items():
        reserved = [one for one in some if one["part"] == "reserves" and one["body"]]
        deciding = [one for one in some if one["part"] == "decides" and one["body"]]
        # What one body reserves to itself without a limit, no other line hands out.
        counted = reserved if any(one["limit_cny"] is None for one in reserved) else reserved + deciding
        if not counted:
            gaps.append(item)
            continue
        lowest = min(one["limit_cny"] or Decimal(0) for one in counted)
        if lowest > 0:
            below[item] = lowest
        bodies: dict[Any, set[str]] = {}
        for one in counted:
            bodies.setdefault(one["limit_cny"] or Decimal(0), set()).add(one["body"])
        if any(len(named) > 1 for named in bodies.values()):
            overlaps.append(item)
    return {"items": items, "gaps": gaps, "overlaps": overlaps, "below": below}


def as_fact(advice: str, asked: Question, answered: PowerAnswer) -> dict[str, Any]:
    """Return an answer as a fact of the kind `advice`, which later acts are held against."""
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
