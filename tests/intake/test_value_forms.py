"""One form of a value: what can be read in one way only is brought into it, everything else stays as it is."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from comptroller.intake.value_forms import (
    BLANK,
    CUT,
    TAIL,
    canonical,
    day_of,
    identifier_of,
    instant_of,
    is_missing,
    number_of,
    unquoted,
)
from comptroller.model.kind import Field
from comptroller.model.text import Text

CODE = Field("account", "code", Text(zh="账户", en="Account"))
METHOD = Field("method", "choice", Text(zh="方式", en="Method"), choices={"none": Text(zh="无", en="None")})


@given(st.dates(min_value=dt.date(1900, 1, 1)), st.sampled_from(["{y:04}-{m}-{d}", "{y:04}/{m}/{d}", "{y:04}.{m}.{d}", "{y:04}年{m}月{d}日", "{y:04}{m:02}{d:02}"]))  # fmt: skip
def test_every_way_to_write_year_month_day_is_the_day(day: dt.date, form: str) -> None:
    """A day written year, month, day by any usual sign is read as that day."""
    assert day_of(form.format(y=day.year, m=day.month, d=day.day)) == day.isoformat()


@pytest.mark.parametrize("text", ["3/1/2024", "01.03.2024", "24-03-01", "2024-13-01", "2024-02-30", "2024-03", "2024/3-1", "45352", "2024-03-01 10:00", ""])  # fmt: skip
def test_a_day_with_two_readings_or_none_is_not_read(text: str) -> None:
    """Day before month, short years, days that do not exist, partial days, serial numbers and instants are no day."""
    assert day_of(text) == ""


@given(st.datetimes(min_value=dt.datetime(1900, 1, 1)))
def test_an_instant_is_read_from_any_usual_form(at: dt.datetime) -> None:
    """Year, month, day and time by any usual sign are read as that instant, to the second."""
    expected = at.replace(microsecond=0).isoformat(" ")
    for text in (f"{at:%Y}/{at.month}/{at.day} {at.hour}:{at:%M:%S}", f"{at:%Y%m%d %H%M%S}", f"{at:%Y}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒"):  # fmt: skip
        assert instant_of(text.replace(f"{at:%Y}", f"{at.year:04}")) == expected


@pytest.mark.parametrize("text", ["2024-03-01 25:00", "2024-03-01 10:61", "10:00", "2024-03-01 10", "3/1/2024 10:00"])
def test_a_time_that_no_clock_shows_is_not_read(text: str) -> None:
    """Hours and minutes beyond a clock's, and times without a day, are no instant."""
    assert instant_of(text) == ""


@pytest.mark.parametrize(("text", "read"), [("1,234", ""), ("1.234,56", ""), ("12,34", ""), ("1,23,456", ""), ("1,234.5", "1234.5"), ("-1,234,567.00", "-1234567.00"), ("(12.00)", "-12.00"), ("'12", "12"), ("1e5", "")])  # fmt: skip
def test_a_number_is_read_where_its_commas_have_one_reading(text: str, read: str) -> None:
    """One group of three digits may be thousands or decimals, so it is not read; two groups or a decimal point decide."""
    assert number_of(text) == read


@given(st.text(max_size=30), st.booleans())
def test_the_one_form_is_the_form_of_itself(text: str, is_name: bool) -> None:
    """Bringing a text into its one form twice changes nothing more, for codes and for names."""
    for type_ in ("code", "text"):
        once = canonical(type_, text.strip(BLANK), is_name=is_name).strip(BLANK)
        assert canonical(type_, once, is_name=is_name) == once


@pytest.mark.parametrize("text", ["海蓝（集团）有限公司", "海蓝(集团)有限公司", "海蓝 （集团） 有限公司", "海蓝\u200b(集团)\u3000有限公司", "海蓝〔集团〕有限公司".translate({0x3014: "（", 0x3015: "）"})])  # fmt: skip
def test_a_name_is_one_name_in_every_width(text: str) -> None:
    """Width, brackets, blanks beside Chinese characters and invisible characters do not make another name."""
    assert canonical("text", text, is_name=True) == "海蓝(集团)有限公司"


def test_names_in_latin_letters_keep_their_blanks() -> None:
    """A blank between Latin words belongs to the name; a doubled one does not."""
    assert canonical("text", "Hailan  Group Ltd", is_name=True) == "Hailan Group Ltd"


def test_a_label_is_a_value_and_a_placeholder_is_none() -> None:
    """A choice labelled with a placeholder's word is that choice; the same word in a code means no value."""
    words = frozenset({"无", "n/a"})
    assert not is_missing(METHOD, "无", words)
    assert is_missing(METHOD, "N/A", words)
    assert is_missing(CODE, "无", words)
    assert is_missing(CODE, "00000", words)
    assert not is_missing(CODE, "00", words)


@pytest.mark.parametrize(("text", "is_cut"), [("6.22202E+18", True), ("6E+18", True), ("PE+18", False), ("6.2E18", False), ("16.2E+18", False)])  # fmt: skip
def test_a_long_number_in_scientific_form_is_cut(text: str, is_cut: bool) -> None:
    """One digit, decimals and a positive power is how a spreadsheet shows a number that it has cut."""
    assert bool(CUT.fullmatch(text)) is is_cut


def test_a_code_that_was_a_number_is_known_by_its_tail() -> None:
    """Four digits or more with .0 behind come from a column of numbers; a version 3.0 does not."""
    assert TAIL.fullmatch("24312000.0")
    assert not TAIL.fullmatch("3.0")


def test_identifiers_have_capitals_and_no_blanks() -> None:
    """A credit code is one code in any case and grouping."""
    assert identifier_of("cn.uscc", "9111 0000-1000 1643 x7".upper().lower()) == "9111000010001643X7"


def test_marks_of_spreadsheets_are_no_part_of_a_code() -> None:
    """The apostrophe before a code and blanks between groups of many digits are taken off; a short pair stays."""
    assert [unquoted(t) for t in ("'001234", "6222 0212 3456", "A 1", "12 34", "d'Or")] == [
        "001234",
        "622202123456",
        "A 1",
        "12 34",
        "d'Or",
    ]
