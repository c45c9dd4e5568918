"""How values are shown: units that suit, digits that align, and nothing where nothing is known."""

import datetime as dt
import doctest

from comptroller.desk import pictures, shown
from comptroller.desk.pages import sign_in


def test_examples_in_docstrings_hold():
    """What the docstrings of shown values and pictures say is so."""
    for module in (shown, pictures, sign_in):
        assert doctest.testmod(module).failed == 0


def test_unknown_is_a_dash_in_every_form():
    """A missing value is never zero."""
    now = dt.datetime(2026, 1, 5, 12)
    assert {
        shown.number(None),
        shown.amount(None, "zh"),
        shown.column(None, "en"),
        shown.percent(None),
        shown.day(None),
    } == {"–"}
    assert shown.age(None, now, "zh") == "–"


def test_ages_have_one_unit():
    """Seconds, minutes, hours, days."""
    now = dt.datetime(2026, 1, 5, 12)
    said = [shown.age(now - dt.timedelta(seconds=s), now, "en") for s in (5, 120, 7200, 200_000)]
    assert said == ["5 s", "2 min", "2 h", "2 d"]
    assert shown.amount(-25_000, "zh") == "−2.50 万元"
