"""Refusals of intake by code; their messages are in the catalogue `intake`."""

from collections.abc import Iterable

from comptroller.intake.limits import Limits
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text

Place = tuple[str, int | None, str]
"""File (with member or sheet), line, field."""


def reject(code: str, place: Place, seen: object, **figures: object) -> Refusal:
    """Return the refusal of a code; `figures` fill the places of its messages.

    >>> reject("intake.rows.many", ("a.csv", None, ""), 12, limit=10).expected.en
    'at most 10 rows in one report'
    """
    values = {name: value if isinstance(value, Text) else _printable(value) for name, value in figures.items()}
    file, line, field = place
    return refusal(code, (_printable(file), line, _printable(field)), _printable(seen), None, None, **values)


def bounded(refusals: Iterable[Refusal], limits: Limits, name: str) -> list[Refusal]:
    """Return refusals up to the limit, and one more that counts the rest."""
    listed: list[Refusal] = []
    more = 0
    for item in refusals:
        if len(listed) < limits.refusals:
            listed.append(item)
        else:
            more += 1
    if more:
        listed.append(reject("intake.refusals.more", (name, None, ""), more))
    return listed


def _printable(value: object) -> str:
    """Return text that any page, terminal and JSON can hold."""
    text = value if isinstance(value, str) else str(value)
    text = text[:2000].encode("utf-8", "backslashreplace").decode("utf-8")
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
