"""A parameter is a series of dated values without gap and overlap."""

import datetime as dt

import msgspec
import pytest

from comptroller.packs import schema
from comptroller.packs.dated_values import param_of


def series(*values, by=()):
    """Make a parameter of those values."""
    form = {"title": {"zh": "a", "en": "a"}, "unit": "CNY", "by": list(by), "values": list(values)}
    return param_of("p/params/x", msgspec.convert(form, schema.ParamForm))


def value(start, until=None, amount=1, **by):
    """Return one dated value."""
    return {"from": start, "value": amount, "cites": {"source": "s"}, **({"until": until} if until else {}), **by}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([value("2020-01-01", "2021-01-01"), value("2021-02-01")], "gap 2021-01-01 to 2021-02-01"),
        ([value("2020-01-01", "2021-02-01"), value("2021-01-01")], "overlap from 2021-01-01 to 2021-02-01"),
        ([value("2020-01-01"), value("2020-01-01")], "overlap from 2020-01-01 to 2020-01-01"),
        ([value("2020-01-01", "2020-01-01")], "ends 2020-01-01 before it begins"),
        ([{"from": "2020-01-01"}], "value"),
        ([{"value": 1}], "from"),
        ([{**value("2020-01-01"), "colour": "red"}], "colour"),
        ([{**value("2020-01-01"), "value": "much"}], "float"),
        ([], "-"),
    ],
)
def test_gaps_overlaps_and_strange_values_are_refused(values, said):
    """The refusal names the days of breaks in the series."""
    param, refused = series(*values)
    assert param is None
    assert any(said in item.seen for item in refused), [item.seen for item in refused]


def test_a_value_ends_where_the_next_begins():
    """An open value is closed by the one that follows it; the last stays open; the order of lines does not matter."""
    param, refused = series(
        value("2021-01-01", amount=2), value("2020-01-01", "2021-01-01"), value("2022-01-01", amount=3)
    )
    assert refused == []
    assert param is not None
    ends = [(v.value, v.valid_until) for v in param.values]
    assert ends == [(1, dt.date(2021, 1, 1)), (2, dt.date(2022, 1, 1)), (3, None)]


def test_each_combination_of_the_further_columns_is_a_series():
    """A break in one series is no gap in another; a value without its column is rejected."""
    param, refused = series(value("2020-01-01", level="1"), value("2021-01-01", level="2"), by=["level"])
    assert refused == []
    assert param is not None
    assert [v.by for v in param.values] == [(("level", "1"),), (("level", "2"),)]
    assert series(value("2020-01-01"), by=["level"])[1]
