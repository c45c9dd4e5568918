"""Between what a cell's value must lie: the engine's bounds by type, and a kind's own in their place.

What is accepted must be folded, judged and rebuilt: a number beyond these would leave the integers of graphs, a day
beyond them the calendar of windows. Bounds hold for what comes now; what the ledger holds already was accepted.
"""

from comptroller.intake.cells import quoted
from comptroller.model.kind import Field
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import message

_DAYS = ("1900-01-01", "2199-12-31")
_BOUNDS: dict[str, tuple[str, str]] = {
    "integer": (str(-(10**9)), str(10**9)),
    "number": (str(-(10**15)), str(10**15)),
    "share": ("0", "100"),
    "day": _DAYS,
    "instant": _DAYS,
}
"""Both ends included. Money is bounded by its column: 14 digits before the point, 4 behind it."""


def bounds_of(field: Field) -> tuple[str, str]:
    """Return the least and the most of a field, both included; '' where there is no bound."""
    least, most = _BOUNDS.get(field.type, ("", ""))
    return field.least or least, field.most or most


def beyond(field: Field) -> str:
    """Return SQL that is true where a typed value lies beyond its bounds; '' for a field without any."""
    least, most = bounds_of(field)
    value = f"CAST({quoted(field.name)} AS DATE)" if field.type == "instant" else quoted(field.name)
    parts = [f"{value} < {_literal(field, least)}"] if least else []
    parts += [f"{value} > {_literal(field, most)}"] if most else []
    return " OR ".join(parts)


def _literal(field: Field, bound: str) -> str:
    if _is_day(field):
        return f"DATE '{bound}'"
    return f"CAST({bound} AS {'DOUBLE' if field.type == 'number' else 'DECIMAL(38,6)'})"


def _is_day(field: Field) -> bool:
    return field.type in ("day", "instant")


def refused_beyond(field: Field, place: tuple[str, int | None, str], seen: object) -> Refusal:
    """Return the refusal of a value beyond its bounds, which names them."""
    least, most = (bound if _is_day(field) or not bound else _grouped(bound) for bound in bounds_of(field))
    code = "intake.shape.bound"
    form = f"{code}.range" if least and most else f"{code}.least" if least else f"{code}.most"
    bounds = message(form, least=least, most=most, unit=f" {field.unit}" if field.unit else "")
    fix = message(f"{code}.day:fix" if _is_day(field) else f"{code}:fix")
    return refusal("intake.shape.bound", place, seen, bounds, fix)


def _grouped(number: str) -> str:
    whole, point, rest = number.partition(".")
    return f"{int(whole):,}{point}{rest}"
