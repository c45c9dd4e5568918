"""Between what a cell's value must lie: the engine's bounds by type, and a kind's own in their place.

What is accepted must be folded, judged and rebuilt: a number beyond these would leave the integers of graphs, a day
beyond them the calendar of windows. Bounds hold for what comes now; what the ledger holds already was accepted.
"""

import datetime as dt
from decimal import Decimal

from comptroller.intake.cells import quoted
from comptroller.model.kind import Bound, Field
from comptroller.model.refusal import Refusal, refusal

_DAYS = (dt.date(1900, 1, 1), dt.date(2199, 12, 31))
_BOUNDS: dict[str, tuple[Bound, Bound]] = {
    "integer": (Decimal(-(10**9)), Decimal(10**9)),
    "number": (Decimal(-(10**15)), Decimal(10**15)),
    "share": (Decimal(0), Decimal(100)),
    "day": _DAYS,
    "instant": _DAYS,
}
"""Both ends included. Money is bounded by its column: 14 digits before the point, 4 behind it."""


def bounds_of(field: Field) -> tuple[Bound, Bound]:
    """Return the least and the most of a field, both included; None where there is no bound."""
    least, most = _BOUNDS.get(field.type, (None, None))
    return (least if field.least is None else field.least), (most if field.most is None else field.most)


def beyond(field: Field) -> str:
    """Return SQL that is true where a typed value lies beyond its bounds; '' for a field without any."""
    least, most = bounds_of(field)
    value = f"CAST({quoted(field.name)} AS DATE)" if field.type == "instant" else quoted(field.name)
    parts = [f"{value} < {_literal(field, least)}"] if least is not None else []
    parts += [f"{value} > {_literal(field, most)}"] if most is not None else []
    return " OR ".join(parts)


def _literal(field: Field, bound: Bound) -> str:
    if isinstance(bound, dt.date):
        return f"DATE '{bound}'"
    return f"CAST({bound} AS {'DOUBLE' if field.type == 'number' else 'DECIMAL(38,6)'})"


def refused_beyond(field: Field, place: tuple[str, int | None, str], seen: object) -> Refusal:
    """Return the refusal of a value beyond its bounds, which names them."""
    least, most = (
        "" if one is None else f"{one:,}" if isinstance(one, Decimal) else str(one) for one in bounds_of(field)
    )
    unit = f" {field.unit}" if field.unit else ""
    zh = f"{least} 至 {most}{unit}" if least and most else f"不小于 {least}{unit}" if least else f"不大于 {most}{unit}"
    en = (
        f"from {least} to {most}{unit}"
        if least and most
        else f"at least {least}{unit}"
        if least
        else f"at most {most}{unit}"
    )
    is_day = field.type in ("day", "instant")
    mend = (
        ("核对日期;没有期限的留空", "Check the day; leave it empty where there is no end.")
        if is_day
        else ("核对数值和计量单位", "Check the value and its unit.")
    )
    return refusal("intake.shape.bound", place, seen, (zh, en), mend)
