"""Between what a cell's value must lie: the engine's bounds by type, and a kind's own in their place.

What is accepted must be folded, judged and rebuilt: a number beyond these would leave the integers of graphs, a day
beyond them the calendar of windows. Bounds hold for what comes now; what the ledger holds already was accepted.
"""

import datetime as dt
from decimal import Decimal

from comptroller.intake.cells import quoted
from comptroller.model.kind import Bound, Field
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import message

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
        "" if bound is None else f"{bound:,}" if isinstance(bound, Decimal) else str(bound)
        for bound in bounds_of(field)
    )
    code = "intake.shape.bound"
    form = f"{code}.range" if least and most else f"{code}.least" if least else f"{code}.most"
    bounds = message(form, least=least, most=most, unit=f" {field.unit}" if field.unit else "")
    fix = message(f"{code}.day:fix" if field.type in ("day", "instant") else f"{code}:fix")
    return refusal("intake.shape.bound", place, seen, bounds, fix)
