"""Cells of text become typed values exactly, or they are rejected by the name of their type."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.intake.cells import expected, literal, misspelled, quoted, typed
from comptroller.model.kind import Field
from comptroller.model.text import Text
from comptroller.store.duck import DuckDb

CHOICES = {"entity": Text(zh="单位", en="Entity"), "person": Text(zh="个人", en="Person"), "none": Text(zh="", en="")}
NOT_TAKEN = object()


@pytest.fixture(scope="module")
def duck():
    """Yield one database for all cells, in a zone of its own."""
    one = DuckDb(memory="200MB")
    one.set_zone("Asia/Shanghai")
    yield one
    one.close()


def cell(duck: DuckDb, form: str, text: str) -> Any:
    """Return what a trimmed text becomes in a field of that type."""
    field = Field("f", form, Text(zh="", en=""), choices=CHOICES if form == "choice" else {})
    (value,) = duck.rows(f"SELECT {typed(field, 'c')} FROM (SELECT {literal(text)} AS c)")[0]
    return NOT_TAKEN if value is None else value


TAKEN = [
    ("text", "甲公司 a/b", "甲公司 a/b"),
    ("text", "x" * 4000, "x" * 4000),
    ("code", "007", "007"),
    ("code", "-", "-"),
    ("entity", "E" * 64, "E" * 64),
    ("person", "张三", "张三"),
    ("choice", "person", "person"),
    ("choice", "个人", "person"),
    ("choice", "Person", "person"),
    ("choice", "none", "none"),
    ("money", "0.1", Decimal("0.1")),
    ("money", "-12.3400", Decimal("-12.34")),
    ("money", "+5", Decimal(5)),
    ("money", "99999999999999.9999", Decimal("99999999999999.9999")),
    ("money", "1.10000000", Decimal("1.1")),
    ("number", "1e-3", 0.001),
    ("number", "-7", -7.0),
    ("integer", "-42", -42),
    ("integer", "999999999999999999", 999999999999999999),
    ("share", "51", Decimal(51)),
    ("share", "33.333333%", Decimal("33.333333")),
    ("share", "100", Decimal(100)),
    ("share", "0", Decimal(0)),
    ("day", "2024-02-29", dt.date(2024, 2, 29)),
    ("day", "9999-12-31", dt.date(9999, 12, 31)),
    ("instant", "2024-03-01T10:00:00", dt.datetime(2024, 3, 1, 10)),
    ("instant", "2024-03-01 10:00", dt.datetime(2024, 3, 1, 10)),
    ("instant", "2024-03-01T02:00:00Z", dt.datetime(2024, 3, 1, 10)),
    ("instant", "2024-03-01T10:00:00.5+08:00", dt.datetime(2024, 3, 1, 10, 0, 0, 500000)),
    ("instant", "2024-03-01T04:00:00+0200", dt.datetime(2024, 3, 1, 10)),
    ("instant", "2024-03-01", dt.datetime(2024, 3, 1)),
    ("flag", "是", True),
    ("flag", "TRUE", True),
    ("flag", "0", False),
    ("flag", "否", False),
]
REFUSED = [
    ("text", "x" * 4001),
    ("text", "=1+1"),
    ("text", "@SUM(A1)"),
    ("text", "a\x00b"),
    ("text", "a\x1bb"),
    ("code", "x" * 129),
    ("entity", "E" * 65),
    ("choice", "PERSON"),
    ("choice", "自然人"),
    ("money", "1,000"),
    ("money", "1.00001"),
    ("money", "1e3"),
    ("money", "￥5"),
    ("money", "100000000000000"),
    ("money", "NaN"),
    ("money", "１２"),
    ("number", "inf"),
    ("number", "nan"),
    ("number", "1e400"),
    ("number", "ten"),
    ("integer", "1.0"),
    ("integer", "1" + "0" * 18),
    ("share", "100.000001"),
    ("share", "-1"),
    ("share", "0.5.1"),
    ("day", "2023-02-29"),
    ("day", "2024-3-1"),
    ("day", "01/03/2024"),
    ("day", "20240301"),
    ("day", "0000-01-01"),
    ("day", "10000-01-01"),
    ("instant", "2024-03-01T25:00:00"),
    ("instant", "0000-01-01T00:00:00"),
    ("instant", "9999-12-31T20:00:00Z"),
    ("instant", "yesterday"),
    ("flag", "ja"),
    ("flag", "2"),
]


@pytest.mark.parametrize(("form", "text", "value"), TAKEN)
def test_what_is_taken_is_taken_exactly(duck, form, text, value):
    """A text that fits its type results in that value, to the last digit."""
    assert cell(duck, form, text) == value


@pytest.mark.parametrize(("form", "text"), REFUSED)
def test_what_does_not_fit_is_not_typed(duck, form, text):
    """A text that does not fit results in null, so that the row is rejected; nothing is guessed and nothing is
    cut off.
    """
    assert cell(duck, form, text) is NOT_TAKEN


@settings(max_examples=40)
@given(st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=4))
def test_money_is_exact(value: Decimal) -> None:
    """Every amount of at most 14 digits before and 4 behind the point comes through unchanged."""
    assert cell(_shared(), "money", format(value, "f")) == value


@settings(max_examples=40)
@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)))
def test_an_instant_without_an_offset_is_the_owners_wall_time(value: dt.datetime) -> None:
    """A time without an offset is stored as written, unless the zone's clocks leap over it."""
    kept = cell(_shared(), "instant", value.isoformat())
    assert kept == value or abs(kept - value) <= dt.timedelta(hours=1, minutes=6)


_held: list[DuckDb] = []


def _shared() -> DuckDb:
    if not _held:
        _held.append(DuckDb(memory="200MB"))
        _held[0].set_zone("Asia/Shanghai")
    return _held[0]


@pytest.mark.parametrize("form", sorted({form for form, *_ in TAKEN}))
def test_what_is_expected_is_said_in_both_languages(form):
    """For each type a message states what the cell must contain; for a choice, by its labels."""
    text = expected(Field("f", form, Text(zh="", en=""), choices=CHOICES))
    zh, en = text.zh, text.en
    assert zh
    assert en
    if form == "choice":
        assert "单位" in zh
        assert "person" in en


@pytest.mark.parametrize("name", ["a", 'a"b', "a'b", "列"])
def test_names_and_texts_stay_what_they_are_in_sql(duck, name):
    """A name or a text with quotes in it is not SQL."""
    assert duck.rows(f"SELECT {literal(name)} AS {quoted(name)}") == [(name,)]
    assert duck.columns(f"SELECT 1 AS {quoted(name)}") == [name]


_MARKUP = ("<b>", 'a"b', "a'b", "`x`", "a\\b", "a\u200bb", "a\u202eb", "a\tb")
_CODES = ("A-1", "沪(2020)第1号", "〔2025〕18号", "a_b/c.d:e", "R&D 7", "x,y", "é", "No#5", "50%", "a|b;c", "{x}")


@pytest.mark.parametrize("field", ["code", "entity"])
def test_a_code_holds_no_markup(duck, field):
    """Signs of markup, quotes and invisible characters are not allowed in a code; names of documents are."""
    one = Field("x", field, Text(zh="x", en="x"))
    for text, wrong in [*((text, True) for text in _MARKUP), *((text, False) for text in _CODES)]:
        sql = f"SELECT {misspelled(one)} FROM (SELECT ? AS x) AS t"
        assert duck.rows(sql, [text]) == [(wrong,)], text


def test_a_pattern_is_matched_whole(duck):
    """A field's own pattern fits the whole value; other types of field have no spelling of their own."""
    one = Field("x", "code", Text(zh="x", en="x"), pattern="[A-Z]{3}")
    found = [
        duck.rows(f"SELECT {misspelled(one)} FROM (SELECT ? AS x) AS t", [text])[0][0]
        for text in ("CNY", "cny", "CNYX", "", "C<Y")
    ]
    assert found == [False, True, True, True, True]
    assert misspelled(Field("x", "text", Text(zh="x", en="x"))) == ""
