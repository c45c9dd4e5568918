"""How values are shown: units that suit, digits that align, and nothing where nothing is known."""

import datetime as dt
import doctest

from comptroller.web.identity import sign_in
from comptroller.web.shell import charts, formatting


def test_examples_in_docstrings_hold():
    """Examples in the docstrings of formatting and charts hold."""
    for module in (formatting, charts, sign_in):
        assert doctest.testmod(module).failed == 0


def test_unknown_is_a_dash_in_every_form():
    """A missing value is never zero."""
    now = dt.datetime(2026, 1, 5, 12)
    assert {
        formatting.number(None),
        formatting.amount(None, "zh"),
        formatting.column(None, "en"),
        formatting.percent(None),
        formatting.day(None),
    } == {"–"}
    assert formatting.age(None, now, "zh") == "–"


def test_ages_have_one_unit():
    """Seconds, minutes, hours, days."""
    now = dt.datetime(2026, 1, 5, 12)
    said = [formatting.age(now - dt.timedelta(seconds=s), now, "en") for s in (5, 120, 7200, 200_000)]
    assert said == ["5 s", "2 min", "2 h", "2 d"]
    assert formatting.amount(-25_000, "zh") == "−2.50 万元"
