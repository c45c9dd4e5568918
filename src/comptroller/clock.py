"""Moments of entries: how far a clock may jump, and which moment follows entries made by a wrong clock.

- The ledger's instants never run backwards. After a wrong clock was ahead, an entry carries the ledger's last instant.
- Its note then holds the real moment under `clock`; books, rules and cases use that moment.
- A jump is measured from the last moment that no act marks as wrong.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from comptroller.ledger.entry import Entry
from comptroller.model.refusal import Refusal, refusal

EARLIEST, LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
"""The calendar of the engine: a clock outside it is wrong under any policy."""
NOTE = "clock"


@dataclass(frozen=True, slots=True)
class Moment:
    """When an entry arrives: `at` is the moment used for judging, `stamp` the instant that the ledger writes."""

    at: dt.datetime
    stamp: dt.datetime

    @property
    def note(self) -> dict[str, str]:
        """Return the part of the entry's note about the moment; empty if the ledger's instant is the same."""
        return {} if self.at == self.stamp else {NOTE: self.at.isoformat()}


def utc(instant: dt.datetime) -> dt.datetime:
    """Return an instant in UTC; raises ValueError for one without an offset.

    An instant that leaves the calendar by its offset becomes the calendar's nearest end.
    """
    if instant.utcoffset() is None:
        raise ValueError(f"an instant says its offset from UTC: saw {instant.isoformat()}")
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError:
        end = dt.date.max if instant.year > EARLIEST.year else dt.date.min
        return dt.datetime.combine(end, dt.time(), dt.UTC)


def moment_of(entry: Entry) -> dt.datetime:
    """Return the moment that an entry is judged by."""
    noted = entry.fields["note"].get(NOTE)
    return dt.datetime.fromisoformat(noted) if noted else entry.received_at


def moment_at(at: dt.datetime, last_stamp: dt.datetime, last_moment: dt.datetime) -> Moment:
    """Return the moment of an arrival at an instant; if the clock was set back, it is the last moment."""
    at = max(at, last_moment)
    return Moment(at, max(at, last_stamp))


def jump_refusal(at: dt.datetime, last: dt.datetime, days: int | None) -> Refusal | None:
    """Return the refusal of an instant outside the calendar, or more than so many days after the last moment;
    else None.
    """
    if not EARLIEST <= at < LATEST:
        earliest, latest = f"{EARLIEST:%Y-%m-%d}", f"{LATEST:%Y-%m-%d}"
        return refusal("clock.calendar", ("", None, "at"), at.isoformat(), earliest=earliest, latest=latest)
    if days is None or at - last <= dt.timedelta(days=days):
        return None
    return refusal("clock.jump", ("", None, "at"), at.isoformat(), days=days, last=last.isoformat())


def last_right(size: int, stretches: Iterable[tuple[int, int]]) -> int:
    """Return the last entry up to `size` outside all stretches (first and last entry); 0 if there is none."""
    number = size
    for first, last in sorted(stretches, key=lambda stretch: stretch[1], reverse=True):
        if first <= number <= last:
            number = first - 1
    return number
