"""Values of a report's columns are read into one form, by distinct value; each change is noted, each broken cell rejected."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, strategies as st

from comptroller.intake.raw_table import Note
from comptroller.intake.values import clean, is_usual, notes_of, read_value
from comptroller.model.kind import Field, Kind, Reading
from comptroller.model.text import Text

T = Text(zh="字段", en="Field")
WORDS = frozenset({"无", "/", "-", "n/a", "none"})
FIELDS = {
    "payment": Field("payment", "code", T, required=True),
    "payee": Field("payee", "text", T, is_name=True),
    "note": Field("note", "text", T),
    "account": Field("account", "code", T),
    "currency": Field("currency", "code", T, synonyms={"cny": "CNY", "人民币": "CNY", "rmb": "CNY", "usd": "USD"}),
    "amount": Field("amount", "money", T),
    "paid_at": Field("paid_at", "instant", T),
    "paid_on": Field("paid_on", "day", T, fills="CAST(paid_at AS DATE)"),
    "share": Field("share", "share", T),
    "standing": Field("standing", "flag", T),
    "uscc": Field("uscc", "code", T, identifier="cn.uscc"),
}
KIND = Kind(
    "payment", T, T, ("payment",), (), {"on": "paid_on"}, tuple(FIELDS.values()), reading=Reading(placeholders=WORDS)
)


def raw(**columns: list[str | None]) -> pa.Table:
    """Return a raw table, each row a report of its own on line 2."""
    count = len(next(iter(columns.values())))
    cells = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    places = {"report": pa.array(range(count), pa.int64()), "seq": pa.array([1] * count), "line": pa.array([2] * count)}
    return pa.table({**cells, **places})


def cleaned(*, is_new: bool = True, **columns: list[str | None]) -> tuple[dict[str, list[str | None]], list[tuple[str, str]], list[str]]:  # fmt: skip
    """Clean columns: the values, the notes as field and code, and the codes of refusals."""
    names = {name: name for name in columns}
    found = clean(KIND, names, raw(**columns), "a.csv", is_new=is_new)
    values = {n: found.raw.column(c).to_pylist() for n, c in names.items()}
    return values, [(n.field, n.code) for _, n in found.notes], [r.code for _, r in found.refusals]


def test_blanks_of_every_kind_count_for_nothing_at_the_ends() -> None:
    """Tabs, line breaks, wide blanks and invisible characters around a value are taken off, and noted once a report."""
    values, notes, _ = cleaned(payment=["P-1\t", "\ufeffP-1", "P-1\u3000", "\u200bP-1\u200f", "P-1"])
    assert values["payment"] == ["P-1"] * 5
    assert notes == [("payment", "blanks")] * 4


def test_placeholders_are_missing_values() -> None:
    """A word of the pack, in any case, or a code of zeros, is no value; free text keeps other contents."""
    values, notes, _ = cleaned(account=["N/A", "无", "0000", "/ ", "x"], note=["none", "无误", "-", "/", "0000"])
    assert values == {"account": [None, None, None, None, "x"], "note": [None, "无误", None, None, "0000"]}
    assert {code for _, code in notes} == {"missing"}


def test_spreadsheet_errors_and_cut_codes_are_rejected() -> None:
    """An error of a spreadsheet, a cut number and a code with a number's tail are rejected and never recorded."""
    _, notes, refused = cleaned(
        account=["#N/A", "6.22202E+18", "24312000.0", "6222"], payee=["#REF!", "甲", "1.2E+11", "乙"]
    )
    assert sorted(refused) == ["intake.value.cut"] * 2 + ["intake.value.error"] * 2 + ["intake.value.tail"]
    assert notes == []


def test_what_a_ledger_holds_is_never_rejected() -> None:
    """Earlier entries are read as before where they are broken, and keys never become empty."""
    values, _, refused = cleaned(is_new=False, payment=["无", "6.22202E+18"], account=["#N/A", "无"])
    assert refused == []
    assert values == {"payment": ["无", "6.22202E+18"], "account": ["#N/A", None]}


def test_currencies_are_read_by_the_packs_list() -> None:
    """A currency in words, in any case and width, is its code; an unknown word stays, for the type to reject."""
    values, _, _ = cleaned(currency=["人民币", "ＲＭＢ", "cny", "CNY", "金币"])
    assert values["currency"] == ["CNY", "CNY", "CNY", "CNY", "金币"]


def test_a_day_without_a_time_is_a_day_and_no_midnight() -> None:
    """The instant stays empty, and the day goes to the field that the kind fills from it, if the row has no own day."""
    values, notes, _ = cleaned(
        paid_at=["2024/3/1", "2024-03-01 10:00", "2024-03-02"], paid_on=[None, None, "2024-03-05"]
    )
    assert values["paid_at"] == [None, "2024-03-01 10:00:00", None]
    assert values["paid_on"] == ["2024-03-01", None, "2024-03-05"]
    assert ("paid_at", "no_time") in notes


def test_a_day_without_a_time_makes_its_own_column() -> None:
    """Where the file has no column for the day, it gets one."""
    names = {"paid_at": "支付时间"}
    found = clean(KIND, names, raw(支付时间=["2024年3月1日"]), "a.csv")
    assert found.raw.column(names["paid_on"]).to_pylist() == ["2024-03-01"]


def test_a_note_tells_how_often_and_where_first() -> None:
    """A note has the column, the count, the first line, and the text as sent and as read, by report."""
    table = raw(payee=["甲（集团）", "甲（集团）", "乙"]).set_column(1, "report", pa.array([0, 0, 1], pa.int64()))
    found = clean(KIND, {"payee": "payee"}, table, "a.csv")
    assert notes_of(0, found.notes) == [Note("width", "payee", 2, 2, "甲（集团）", "甲(集团)")]
    assert notes_of(1, found.notes) == []


CHARS = st.sampled_from(" \t\u3000\u200b0123456789.,-/:+Ee#N/A无甲（()）年月日'%ＡＢ")
TEXTS = st.one_of(
    st.text(CHARS, max_size=14), st.sampled_from(["2024/3/1", "2024-03-01", "1,234.50", "0000", "N/A", "cny"])
)


@given(st.sampled_from(sorted(FIELDS)), st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=6))
def test_columns_are_read_as_their_values_are(name: str, texts: list[str | None]) -> None:
    """A column's values are what each of them is read as alone, with any neighbours; none is invented."""
    field = FIELDS[name]
    expected = []
    for text in texts:
        read, code = read_value(field, text, WORDS) if text is not None else (None, "")
        expected.append(None if code == "no_time" else read)
    found = clean(KIND, {name: name}, raw(**{name: texts}), "a.csv")
    blank = {None, ""}
    assert [(v or None) for v in found.raw.column(name).to_pylist()] == [(v or None) for v in expected]
    assert blank >= {v for v in found.raw.column(name).to_pylist() if not v}


@given(st.sampled_from(sorted(FIELDS)), TEXTS)
def test_reading_twice_is_reading_once(name: str, text: str) -> None:
    """What was read is read as itself: a second reading changes nothing."""
    field = FIELDS[name]
    read, code = read_value(field, text, WORDS)
    if read is not None and code not in ("error", "cut", "tail"):
        assert read_value(field, read, WORDS)[0] == read


@given(st.sampled_from(sorted(FIELDS)), st.lists(TEXTS, min_size=1, max_size=6))
def test_usual_columns_need_no_reading(name: str, texts: list[str]) -> None:
    """Where a column counts as usual, reading would not change one of its values."""
    field = FIELDS[name]
    if is_usual(field, pa.array(texts, pa.string()), WORDS):
        assert [read_value(field, text, WORDS)[0] for text in texts] == [text or None for text in texts]


@pytest.mark.parametrize("name", ["payment", "payee"])
def test_a_field_without_a_column_is_left_alone(name: str) -> None:
    """Only matched columns are read."""
    found = clean(replace(KIND, fields=(FIELDS[name],)), {}, raw(other=["N/A"]), "a.csv")
    assert found.raw.column("other").to_pylist() == ["N/A"]
