"""Clocks are due on the day of an independent calendar, over ten years, make-up days among them."""

import datetime as dt
from functools import lru_cache

import pytest
from hypothesis import given, strategies as st

from comptroller.cases.due_dates import DueDates
from comptroller.packs import gather_files, read_pack
from tests.worlds import PACKS

_BEGIN, _END = dt.date(2015, 1, 1), dt.date(2024, 12, 31)
_DAY = st.dates(_BEGIN, _END)


@lru_cache(maxsize=1)
def _years() -> tuple[set[dt.date], set[dt.date]]:
    """Return days off and worked week-ends as the pack's calendar names them, without the engine's own table."""
    calendars = read_pack(gather_files([PACKS], "cn-central"), "cn-central").calendars
    return {d for c in calendars for d in c.holidays}, {d for c in calendars for d in c.workdays}


def _is_worked(day: dt.date) -> bool:
    off, worked = _years()
    return day in worked or (day.isoweekday() <= 5 and day not in off)


@lru_cache(maxsize=1)
def _days() -> DueDates:
    every = (_BEGIN + dt.timedelta(days=n) for n in range((dt.date(2026, 12, 31) - _BEGIN).days + 1))
    return DueDates(day for day in every if _is_worked(day))


def _counted(start: dt.date, amount: int) -> dt.date:
    """Count worked days one by one from the day after the start."""
    day = start
    while amount:
        day += dt.timedelta(days=1)
        amount -= _is_worked(day)
    return day


@given(_DAY, st.integers(1, 90))
def test_working_days_are_counted_one_by_one(start: dt.date, amount: int) -> None:
    """A due day is the one reached by counting worked days from the day after the start."""
    assert _days().due(start, amount, "working days") == _counted(start, amount)


@given(_DAY, st.integers(1, 40), st.integers(0, 30), st.integers(0, 60))
def test_a_stop_loses_no_time(start: dt.date, amount: int, runs: int, stands: int) -> None:
    """A stopped clock has as many worked days left after the stop as before it."""
    due = _days().due(start, amount, "working days")
    assert due is not None
    stopped = min(start + dt.timedelta(days=runs), due)
    resumed = stopped + dt.timedelta(days=stands)
    moved = _days().later(due, stopped, resumed, "working days")
    assert moved is not None
    left = sum(_is_worked(stopped + dt.timedelta(days=n)) for n in range((due - stopped).days + 1))
    after = sum(_is_worked(resumed + dt.timedelta(days=n)) for n in range((moved - resumed).days + 1))
    assert after == left or (left == 0 and moved == due)


@given(_DAY, st.integers(1, 24))
def test_months_end_with_their_month(start: dt.date, amount: int) -> None:
    """So many months later is the same day of the month, or its month's last."""
    due = _days().due(start, amount, "months")
    assert due is not None
    assert (due.year * 12 + due.month) - (start.year * 12 + start.month) == amount
    assert due.day == start.day or (due + dt.timedelta(days=1)).day == 1


def test_a_make_up_day_counts_and_a_holiday_does_not() -> None:
    """Five working days from Friday 27 September 2024 pass Sunday's make-up day and the week off, and end on 10 October."""
    assert _days().due(dt.date(2024, 9, 27), 5, "working days") == dt.date(2024, 10, 10)
    assert _days().due(dt.date(2024, 9, 27), 5, "days") == dt.date(2024, 10, 2)


@pytest.mark.parametrize("start", [dt.date(2026, 12, 30), dt.date(2031, 1, 1), dt.date(2001, 1, 1)])
def test_beyond_the_calendar_nothing_is_due(start: dt.date) -> None:
    """Where working days are not known, no day is guessed."""
    assert _days().due(start, 10, "working days") is None
