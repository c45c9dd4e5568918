"""What the made-up enterprises report and when, and which findings a sound engine must raise: the answer key.

- A fact is in the monthly report of its entity's reporter, or arrives at an instant of its own.
- The key is written by the code that plants; nothing here runs the product.
"""

import datetime as dt
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from examples.harbour.days import LAST, at, month_end, plus

Row = dict[str, Any]
MONTHLY_DAY = 3
"""Regular reports arrive on this day of the next month."""


@dataclass(frozen=True, slots=True)
class Said:
    """One fact as it is reported: its kind, its row, its reporter, when it arrives, and its file."""

    kind: str
    row: Row
    reporter: str
    arrives: dt.datetime
    batch: str

    @property
    def is_regular(self) -> bool:
        """Return whether it is in a month's regular report, which its batch names; else its batch is an instant."""
        return len(self.batch) == len("2024-01")


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected result about a subject: found, or not judged because of `missing`."""

    rule: str
    subject: list[str]
    entity: str
    why_zh: str
    why_en: str
    missing: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line of the key."""
        return {name: value for name, value in asdict(self).items() if value != ""}


@dataclass
class Book:
    """All that is reported in the world, and the key."""

    random: Random
    said: list[Said] = field(default_factory=list)
    found: list[Expected] = field(default_factory=list)
    not_judged: list[Expected] = field(default_factory=list)
    near: list[Expected] = field(default_factory=list)
    reporters: dict[str, str] = field(default_factory=dict)
    paid: dict[tuple[str, str], dt.date] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, letters: str, entity: str) -> str:
        """Return the next number of a series of an entity, such as FK-HB0002-00017."""
        series = f"{letters}-{entity}"
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return f"{series}-{self._numbers[series]:05d}"

    def say(self, kind: str, row: Row, on: dt.date | None = None, *, arrives: str = "", by: str = "") -> Row:
        """Report a fact of the day `on` in that month's report; or in a report of its own that arrives at an
        instant.
        """
        reporter = by or self.reporters[row["entity"]]
        plain = {name: _plain(value) for name, value in row.items() if value is not None}
        if arrives:
            instant, batch = dt.datetime.fromisoformat(arrives), f"{arrives[:16].replace(':', '')}"
        else:
            assert on is not None, "a fact is of a day, or arrives at an instant"
            instant, batch = regular(min(on, LAST)), f"{on:%Y-%m}"
        self.said.append(Said(kind, plain, reporter, instant, batch))
        return row

    def expect(self, rule: str, subject: list[Any], zh: str, en: str, entity: str = "") -> None:
        """Add to the key that this rule must find this subject; its entity is the subject's first part unless named."""
        self.found.append(Expected(rule, [str(_plain(s)) for s in subject], entity or str(subject[0]), zh, en))

    def expect_unjudged(self, rule: str, subject: list[Any], missing: str, why: tuple[str, str]) -> None:
        """Write into the key that this rule cannot judge this subject, because of what is missing."""
        plain = [str(_plain(s)) for s in subject]
        self.not_judged.append(Expected(rule, plain, str(subject[0]), *why, missing))

    def lawful(self, rule: str, subject: list[Any], zh: str, en: str, entity: str = "") -> None:
        """Note a near miss: this rule looks at the subject and must not find it."""
        self.near.append(Expected(rule, [str(_plain(s)) for s in subject], entity or str(subject[0]), zh, en))

    def fen(self, low: int, high: int) -> float:
        """Return an amount of yuan and fen between two amounts of yuan."""
        return self.random.randrange(low * 100, high * 100) / 100


def regular(on: dt.date) -> dt.datetime:
    """Return when the regular report on that day's month arrives: on the third of the next month."""
    return dt.datetime.combine(plus(month_end(on), MONTHLY_DAY), dt.time(9, 0))


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return at(value.date(), value.strftime("%H:%M"))
    return value.isoformat() if isinstance(value, dt.date) else value
