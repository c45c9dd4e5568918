"""When a clock is due: working days by the pack's calendar, calendar days, months; and the time that a stop adds.

- The start day of a clock does not count.
- Beyond the end of the calendar no day is due: what cannot be counted is not guessed.
"""

import calendar
import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable


class DueDates:
    """The worked days of an unbroken run of years, in order."""

    def __init__(self, worked: Iterable[dt.date]) -> None:
        """Store the worked days in order; the last one is the end of what can be counted."""
        self._worked = sorted(worked)

    def due(self, start: dt.date, amount: int, unit: str) -> dt.date | None:
        """Return the last day in time, for so many units from `start`; None beyond the calendar.

        >>> DueDates([]).due(dt.date(2024, 1, 31), 1, "months")
        datetime.date(2024, 2, 29)
        """
        if unit == "working days":
            return self._after(start, amount)
        if unit == "days":
            return start + dt.timedelta(days=amount)
        months = start.year * 12 + start.month - 1 + amount
        year, month = months // 12, months % 12 + 1
        return dt.date(year, month, min(start.day, calendar.monthrange(year, month)[1]))

    def later(self, due: dt.date, stopped: dt.date, resumed: dt.date, unit: str) -> dt.date | None:
        """Return the due day of a clock that was stopped from one day to another."""
        if unit != "working days":
            return due + (resumed - stopped)
        if not self._holds(stopped) or not self._holds(resumed):
            return None
        lost = bisect_left(self._worked, resumed) - bisect_left(self._worked, stopped)
        return self._after(due, lost) if lost else due

    def _holds(self, day: dt.date) -> bool:
        """Return whether the calendar contains a day."""
        return bool(self._worked) and self._worked[0].replace(month=1, day=1) <= day <= self._worked[-1]

    def _after(self, start: dt.date, amount: int) -> dt.date | None:
        """Return the worked day `amount` worked days after `start`; None beyond the calendar."""
        if not self._holds(start):
            return None
        at = bisect_left(self._worked, start + dt.timedelta(days=1)) + amount - 1
        return self._worked[at] if at < len(self._worked) else None
