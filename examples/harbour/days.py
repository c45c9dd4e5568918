"""Days of the made-up world: its two years, and the working days of the People's Republic of China around them."""

import datetime as dt

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
FINAL_TICK = dt.datetime(2026, 1, 5, 9, 0)
"""Last moment of the clock, in the owner's local time."""

_OFF = (
    "2023-10-01/06 2023-12-30/31 2024-01-01/01 2024-02-10/17 2024-04-04/06 2024-05-01/05 2024-06-10/10 2024-09-15/17 "
    "2024-10-01/07 2025-01-01/01 2025-01-28/31 2025-02-01/04 2025-04-04/06 2025-05-01/05 2025-05-31/31 2025-06-01/02 "
    "2025-10-01/08 2026-01-01/03"
)
_WORKED = (
    "2023-10-07 2023-10-08 2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12 "
    "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11 2026-01-04"
)


def day(text: str) -> dt.date:
    """Return the day that a text names.

    >>> day("2024-02-29")
    datetime.date(2024, 2, 29)
    """
    return dt.date.fromisoformat(text)


def _holidays() -> frozenset[dt.date]:
    holidays = set()
    for stretch in _OFF.split():
        first, last = stretch.split("/")
        current = day(first)
        holidays |= {current.replace(day=n) for n in range(current.day, int(last) + 1)}
    return frozenset(holidays)


_HOLIDAYS = _holidays()
_MADE_UP = frozenset(day(one) for one in _WORKED.split())


def is_working(date: dt.date) -> bool:
    """Return whether a day is worked: Monday to Friday but for holidays, and the week-end days that are made up.

    >>> is_working(day("2024-02-18")), is_working(day("2024-02-12"))
    (True, False)
    """
    return date in _MADE_UP or (date.weekday() < 5 and date not in _HOLIDAYS)


def after(date: dt.date, working_days: int) -> dt.date:
    """Return the day that lies so many working days after `one`.

    >>> after(day("2024-09-30"), 1)
    datetime.date(2024, 10, 8)
    """
    while working_days:
        date += dt.timedelta(days=1)
        working_days -= is_working(date)
    return date


def until(first: dt.date, working_days: int) -> dt.date:
    """Return the end (not included) of a stretch from `first` that holds exactly so many working days.

    >>> until(day("2024-09-30"), 2)
    datetime.date(2024, 10, 9)
    """
    date = first
    while working_days:
        working_days -= is_working(date)
        date += dt.timedelta(days=1)
    return date


def on_working_day(date: dt.date) -> dt.date:
    """Return the day itself where it is worked, else the next one that is."""
    return date if is_working(date) else after(date, 1)


def plus(date: dt.date, days: int) -> dt.date:
    """Return the day so many days later."""
    return date + dt.timedelta(days=days)


def months() -> list[dt.date]:
    """Return the first day of each month of the two years."""
    return [dt.date(year, month, 1) for year in (2024, 2025) for month in range(1, 13)]


def month_end(first: dt.date) -> dt.date:
    """Return the last day of the month of that day.

    >>> month_end(day("2024-02-01"))
    datetime.date(2024, 2, 29)
    """
    return plus((first.replace(day=28) + dt.timedelta(days=4)).replace(day=1), -1)


def at(date: dt.date, clock: str = "10:00") -> str:
    """Return an instant of that day in the owner's local time, as reports write it.

    >>> at(day("2024-03-05"), "09:30")
    '2024-03-05T09:30:00'
    """
    return f"{date.isoformat()}T{clock}:00"
