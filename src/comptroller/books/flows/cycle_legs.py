"""What counts as a circle by the policy's parameters, and circles of facts as rows of `trade_cycle`, a row a fact."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from comptroller.books.flows.cycle_streams import DAY, FLOWS, Circle, Pattern
from comptroller.books.relations.related_rows import circle_name
from comptroller.graph.cycles import CycleOptions
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

PATTERNS = ("in_turn", "merged", "any_order")
"""The patterns that parameters may name, in the order of the search."""
COLUMNS = (
    *("flow", "pattern", "cycle", "position", "legs", "entity", "leg", "payee"),
    *("amount", "goods", "day", "fact"),
)
_FORMS = {
    "position": pa.int32(),
    "legs": pa.int32(),
    "amount": pa.decimal128(18, 2),
    "day": pa.date32(),
    "fact": pa.int64(),
}
_SLACK = 366 * DAY
"""What comes later than this behind the newest is looked for afresh around its own day, not in the stream."""
Leg = dict[str, Any]


def patterns_of(pack: Pack, flow: str) -> dict[str, Pattern]:
    """Return what counts as a circle of a flow, by the pack's latest parameters; nothing where the pack has none."""
    patterns = {}
    for name in PATTERNS:
        numbers = [_latest(pack, f"cycle_{word}", flow, name) for word in ("window_days", "legs_max", "tolerance_pct")]
        if any(value is None for value in numbers):
            continue
        window, legs, tolerance = (float(value or 0) for value in numbers)
        law = CycleOptions(
            window=round(window * DAY),
            legs=(2, round(legs)),
            tolerance=tolerance / 100,
            same_goods=flow == "shipment",
            any_order=name == "any_order",
            twins=name != "merged",
            slack=_SLACK,
        )
        patterns[name] = Pattern(flow, name, law)
    return patterns


def _latest(pack: Pack, name: str, flow: str, pattern: str) -> float | None:
    """Return a parameter's value; one that names no pattern is that of circles in order of time."""
    values = pack.params[name].values if name in pack.params else ()
    mine = [
        value
        for value in values
        if value.valid_until is None and {"pattern": "in_turn", **dict(value.by)} == {"flow": flow, "pattern": pattern}
    ]
    return mine[-1].value if mine else None


def circle_rows(duck: DuckDb, patterns: dict[str, Pattern], name: str, circles: list[Circle], source: str) -> pa.Table:
    """Return circles of a pattern as rows: a row for each fact of a leg, positions from the leg that is first in time.

    Of merged circles those stay that no circle by itself is; of circles in any order those that are not in order of
    time.
    """
    pattern, rows = patterns[name], []
    leg_of = _legs(duck, pattern, circles, source)
    for circle in circles:
        legs = [[leg_of[fact] for fact in leg if fact in leg_of] for leg in circle]
        if not all(legs):
            continue
        turned = _turned(legs)
        heads = [leg[0] for leg in turned]
        if pattern.is_merged and all(a["payee"] == b["payer"] for a, b in pairwise([*heads, heads[0]])):
            continue
        if name == "any_order" and "in_turn" in patterns and _is_in_turn(heads, patterns["in_turn"].law):
            continue
        cycle = circle_name([(f"{pattern.flow}/{name}", leg["key"]) for leg in heads])
        for position, leg in enumerate(turned, 1):
            head = (pattern.flow, name, cycle, position, len(legs))
            for row in leg:
                cells = (row["payer"], row["leg"], row["payee"], Decimal(row["cents"]).scaleb(-2), row["goods"])
                rows.append((*head, *cells, _day(row["moment"]), row["fact"]))
    columns = list(zip(*rows, strict=True)) or [() for _ in COLUMNS]
    return pa.table({n: pa.array(c, _FORMS.get(n, pa.string())) for n, c in zip(COLUMNS, columns, strict=True)})


def _legs(duck: DuckDb, pattern: Pattern, circles: list[Circle], source: str) -> dict[int, Leg]:
    facts = sorted({fact for circle in circles for leg in circle for fact in leg})
    if not facts:
        return {}
    duck.register("circle_facts", pa.table({"fact": pa.array(facts, pa.int64())}))
    legs = FLOWS[pattern.flow].sql(source)
    sql = f"SELECT *, {pattern.key} AS key FROM ({legs}) AS l WHERE fact IN (SELECT fact FROM circle_facts)"
    leg_of = {leg["fact"]: leg for leg in duck.records(sql)}
    duck.unregister("circle_facts")
    return leg_of


def _turned(legs: list[list[Leg]]) -> list[list[Leg]]:
    """Return the legs from the one that is first: so that time never falls, where the circle can be read so."""
    legs = [sorted(leg, key=lambda row: (row["moment"], row["fact"])) for leg in legs]
    turns = [[*legs[at:], *legs[:at]] for at in range(len(legs))]

    def rank(turn: list[list[Leg]]) -> tuple[bool, int, str]:
        times = [leg[0]["moment"] for leg in turn]
        return any(a > b for a, b in pairwise(times)), times[0], turn[0][0]["key"]

    return min(turns, key=rank)


def _is_in_turn(legs: list[Leg], law: CycleOptions) -> bool:
    """Return whether legs, turned to begin with the first, are a circle in order of time by that law."""
    times, cents = [leg["moment"] for leg in legs], [leg["cents"] for leg in legs]
    is_rising = all(a <= b for a, b in pairwise(times)) and times[-1] - times[0] <= law.window
    return is_rising and len(legs) <= law.legs[1] and min(cents) >= max(cents) * (1.0 - law.tolerance)


def _day(moment: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=moment // DAY)


def closed_by(legs: pa.Table, valid: dt.date | None) -> pa.Table:
    """Return the legs of circles that were closed by a day."""
    if valid is None or not legs.num_rows:
        return legs
    late = legs.filter(pc.greater(legs.column("day"), pa.scalar(valid))).column("cycle").combine_chunks()
    return legs.filter(pc.invert(pc.is_in(legs.column("cycle"), late)))
