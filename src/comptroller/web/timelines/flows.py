"""A deal's four flows side by side (contract, goods, money, invoice), and circles of payments, goods and guarantees as rings."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from comptroller.model.kind import FACT_LINES
from comptroller.web.shell.charts import ring
from comptroller.web.shell.visit import Visit
from comptroller.web.timelines.gather import Step, Timeline

FLOWS = ("contract", "goods", "money", "invoice")
_KINDS = {"contract": "contract", "shipment": "goods", "payment": "money", "receipt": "money", "invoice": "invoice"}
_TRADE = "trade"
GUARANTEES = "guarantee"


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of a flow: day, other party, amount, and whether the party differs from the contract's."""

    fact: int
    kind: str
    day: dt.date | None
    party: str
    amount: Any
    is_other: bool


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """One flow of a deal: its lines, their sum, and how many have another party."""

    name: str
    lines: tuple[Line, ...]
    total: Any
    other_count: int


def four_flows(strip: Timeline) -> tuple[FlowPicture, ...]:
    """Return the four flows of the timeline's contract; nothing where it has no deal in goods."""
    deal = strip.seed
    if deal is None or deal.kind.name != "contract":
        return ()
    invoices = {str(step.row["invoice"]) for step in strip.steps if step.row.get("invoice") and _is_of(step, deal)}
    steps = [step for step in strip.steps if _is_of(step, deal) or _is_invoice(step, invoices)]
    if deal.row.get("kind") != _TRADE and not any(step.kind.name == "shipment" for step in steps):
        return ()
    party = str(deal.row.get("counterparty") or "")
    lines = [_line(step, party) for step in steps if step.kind.name in _KINDS]
    flows = []
    for name in FLOWS:
        mine = tuple(sorted((x for x in lines if _KINDS[x.kind] == name), key=lambda x: (str(x.day), x.fact)))
        amounts = [Decimal(x.amount) for x in mine if x.amount is not None]
        flows.append(FlowPicture(name, mine, sum(amounts) if amounts else None, sum(x.is_other for x in mine)))
    return tuple(flows)


def _is_of(step: Step, deal: Step) -> bool:
    return step.fact == deal.fact or step.row.get("contract") == deal.row["contract"]


def _is_invoice(step: Step, numbers: set[str]) -> bool:
    return step.kind.name == "invoice" and str(step.row["invoice"]) in numbers


def _line(step: Step, named: str) -> Line:
    row, name = step.row, step.kind.name
    if name == "shipment":
        party = row["receiver"] if row.get("shipper") == row["entity"] else row.get("shipper")
        price, quantity = row.get("price_cny"), row.get("quantity")
        amount = None if price is None or quantity is None else price * Decimal(str(quantity))
    else:
        party = row.get({"payment": "payee", "receipt": "payer"}.get(name, "counterparty"))
        amount = row.get("gross") if name == "invoice" else row.get("amount_cny")
    day = row.get(step.kind.valid.get("on", ""))
    return Line(step.fact, name, day, str(party or ""), amount, bool(party and named and str(party) != named))


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a ring, from a party to the next; of a leg outside the scope only the place is known."""

    position: int
    giver: str
    taker: str
    code: str
    amount: Any
    goods: str
    day: dt.date | None
    fact: int
    is_hidden: bool
    x: float = 0.0
    y: float = 0.0
    arc: str = ""
    word_x: float = 0.0
    word_y: float = 0.0

    @property
    def entry(self) -> tuple[int, int]:
        """Return the ledger entry of the fact, and its place in it."""
        return self.fact // FACT_LINES, self.fact % FACT_LINES


def ring_of(visit: Visit, flow: str, name: str) -> list[Leg]:
    """Return the legs of a circle in their order; nothing where none of them is within scope."""
    if flow == GUARANTEES:
        rows = visit.rows(
            "SELECT position, legs, entity, guarantee AS leg, debtor AS payee, amount_cny AS amount, '' AS goods, "
            "since AS day, fact FROM guarantee_circle WHERE circle = ? ORDER BY position",
            [name],
        )
    else:
        rows = visit.rows(
            "SELECT position, legs, entity, leg, payee, amount, goods, day, fact FROM trade_cycle "
            "WHERE flow = ? AND cycle = ? ORDER BY position",
            [flow, name],
        )
    return _legs(rows) if rows else []


def _legs(rows: Sequence[dict[str, Any]]) -> list[Leg]:
    count, least = rows[0]["legs"], min(row["position"] for row in rows)
    first = 1 if least >= 1 else 0
    by_position = {row["position"] - first: row for row in rows}
    legs = []
    for at in range(count):
        row, before, after = by_position.get(at), by_position.get((at - 1) % count), by_position.get((at + 1) % count)
        if row is None:
            giver, taker = (before or {}).get("payee", ""), (after or {}).get("entity", "")
            legs.append(Leg(at + 1, giver or "", taker or "", "", None, "", None, 0, is_hidden=True))
            continue
        cells = (row["leg"], row["amount"], row["goods"] or "", row["day"], row["fact"])
        legs.append(Leg(at + 1, row["entity"], row["payee"], *cells, is_hidden=False))
    return legs


WIDE, HIGH = 600, 440
_RADIUS, _GAP, _BULGE, _WORDS_AT = 150.0, 40.0, 1.14, 1.42


def with_places(legs: Sequence[Leg]) -> list[Leg]:
    """Return the legs with their places: each party on the circle, its arc to the next, and the place of the
    arc's text.
    """
    center_x, center_y = WIDE / 2, HIGH / 2
    places = [(x - 500 + center_x, y - 500 + center_y) for x, y in ring(len(legs), _RADIUS, 500)]
    placed = []
    for at, leg in enumerate(legs):
        (x1, y1), (x2, y2) = places[at], places[(at + 1) % len(legs)]
        turn = 2 * math.pi * (at + 0.5) / len(legs) - math.pi / 2
        top_x, top_y = center_x + _RADIUS * _BULGE * math.cos(turn), center_y + _RADIUS * _BULGE * math.sin(turn)
        (ax, ay), (bx, by) = _towards(x1, y1, top_x, top_y), _towards(x2, y2, top_x, top_y)
        arc = f"M{ax:.1f} {ay:.1f} Q{top_x:.1f} {top_y:.1f} {bx:.1f} {by:.1f}"
        word_x, word_y = center_x + _RADIUS * _WORDS_AT * math.cos(turn), center_y + _RADIUS * 1.2 * math.sin(turn)
        fields = {name: getattr(leg, name) for name in Leg.__slots__}
        placed.append(Leg(**fields | {"x": x1, "y": y1, "arc": arc, "word_x": word_x, "word_y": word_y}))
    return placed


def _towards(x: float, y: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Return the point a gap away from one point towards another, farther sideways, because boxes are wide."""
    long = math.hypot(to_x - x, to_y - y) or 1.0
    gap = _GAP * (1 + 0.75 * abs(to_x - x) / long) / 1.4
    return x + (to_x - x) * min(0.45, gap / long), y + (to_y - y) * min(0.45, gap / long)


def rings_through(visit: Visit, facts: Sequence[int]) -> list[tuple[str, str, int]]:
    """Return the circles through facts: flow, name, and number of legs."""
    listed = ", ".join(str(int(fact)) for fact in facts)
    if not listed:
        return []
    rows = visit.rows(
        f"SELECT DISTINCT flow, cycle, legs FROM trade_cycle WHERE fact IN ({listed}) UNION "
        f"SELECT DISTINCT '{GUARANTEES}', circle, legs FROM guarantee_circle WHERE fact IN ({listed}) ORDER BY ALL LIMIT 20"
    )
    return [(row["flow"], row["cycle"], row["legs"]) for row in rows]


def rings(visit: Visit, most: int) -> list[dict[str, Any]]:
    """Return the circles with a leg within scope, the newest first."""
    return visit.rows(
        "SELECT flow, cycle AS ring, max(legs) AS legs, min(day) AS begins, max(day) AS ends, min(amount) AS amount, "
        "list(entity ORDER BY position) AS parties FROM trade_cycle GROUP BY flow, cycle UNION ALL "
        f"SELECT '{GUARANTEES}', circle, max(legs), min(since), max(since), min(amount_cny), "
        "list(entity ORDER BY position) FROM guarantee_circle GROUP BY circle ORDER BY ends DESC NULLS LAST, ring "
        f"LIMIT {int(most)}"
    )
