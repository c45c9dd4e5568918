"""Raw rows become typed rows; anything that does not fit is rejected with its place, and rejects its own report
alone.
"""

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from comptroller.intake.headers import match_headers
from comptroller.intake.schema import Shaped, shape_rows
from comptroller.model.kind import Field
from comptroller.model.refusal import Refusal
from comptroller.model.text import Text
from comptroller.store.duck import DuckDb
from tests.packs_small.small import small_pack

Row = dict[str, Any]


@pytest.fixture(scope="module")
def duck():
    """Yield one database for all shapes."""
    one = DuckDb(memory="300MB")
    yield one
    one.close()


def raw(*reports: Row | list[Row]) -> pa.Table:
    """Return rows as a raw table: each argument is a report, of one row or of several."""
    rows = [(at, n, row) for at, r in enumerate(reports) for n, row in enumerate(r if isinstance(r, list) else [r], 1)]
    names = list(dict.fromkeys(c for _, _, row in rows for c in row))
    cells = {c: pa.array([_text(row.get(c)) for _, _, row in rows], pa.string()) for c in names}
    cells["report"] = pa.array([at for at, _, _ in rows], pa.int64())
    cells["seq"] = cells["line"] = pa.array([n for _, n, _ in rows], pa.int64())
    return pa.table(cells)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def shaped(duck: DuckDb, kind: str, *reports: Row | list[Row]) -> tuple[Shaped | None, list[tuple[int, Refusal]]]:
    """Shape reports of a kind of the small pack."""
    return shape_rows(duck, small_pack().kinds[kind], raw(*reports), "a.json")


def told(refused: list[tuple[int, Refusal]]) -> list[tuple[int, str, int | None, str]]:
    """Return refusals as report, code, line and field."""
    return [(at, one.code, one.line, one.field) for at, one in refused]


PAID = {"entity": "A", "payment": "P", "amount": "5"}
DECIDED = {"entity": "A", "decision": "D", "matter": "M"}


def test_headers_match_by_name_and_by_label_in_both_languages():
    """A column matches by its field's name or its label in either language, in any case; a star is ignored."""
    kind = small_pack().kinds["payment"]
    found, refused = match_headers(kind, ["付款企业", "Payment*", " AMOUNT ", "paid on"], "a.csv")
    assert not refused
    assert found == {"entity": "付款企业", "payment": "Payment*", "amount": " AMOUNT ", "paid_on": "paid on"}


def test_an_unknown_column_is_refused_with_a_near_name():
    """A column that no field has is rejected, and a similar field is named; a column twice is rejected."""
    kind = small_pack().kinds["payment"]
    _, refused = match_headers(kind, ["amuont", "amount", "金额"], "a.csv")
    assert [(r.code, r.field) for r in refused] == [("intake.shape.column", "amuont"), ("intake.shape.column", "金额")]
    assert "amount?" in refused[0].expected.en


def test_a_column_without_values_is_no_column(duck):
    """An empty column of any name has no effect, alone or beside others."""
    whole, refused = shaped(duck, "payment", {**PAID, "colour": None, "金额": None})
    assert not refused
    assert whole is not None
    assert whole.table.num_rows == 1


def test_a_wrong_column_refuses_its_own_report_alone(duck):
    """Beside a report with an unknown column and one with Chinese labels, the third is taken as it is alone."""
    alone, _ = shaped(duck, "payment", PAID)
    zh = {"付款企业": "A", "付款编号": "Q", "金额": "5"}
    whole, refused = shaped(duck, "payment", {**PAID, "colour": "red"}, PAID, zh)
    assert told(refused) == [(0, "intake.shape.column", None, "colour")]
    assert whole is not None
    assert alone is not None
    assert whole.table.column("payment").to_pylist() == ["P", "Q"]
    assert whole.table.column("content_hash")[0] == alone.table.column("content_hash")[0]


def test_all_refusals_come_at_once_with_line_and_field(duck):
    """Cells, required fields, checks, acts and identifiers are all rejected in one answer, each with its place."""
    rows = [
        {**PAID, "amount": "much", "paid_on": "soon"},
        {"entity": "A", "payment": "Q", "lines": "-1"},
        {**PAID, "payment": "R", "act": "delete"},
    ]
    _, refused = shaped(duck, "payment", rows)
    assert sorted(told(refused)) == [
        (0, "intake.sense.lines_below_zero", 2, "lines_below_zero"),
        (0, "intake.shape.act", 3, "act"),
        (0, "intake.shape.day", 1, "paid_on"),
        (0, "intake.shape.money", 1, "amount"),
        (0, "intake.shape.required", 2, "amount"),
    ]
    assert all(one.expected.zh and one.expected.en and one.mend.zh and one.mend.en for _, one in refused)


def test_check_characters_are_checked(duck):
    """A code with a scheme is rejected when its check characters are wrong."""
    good, bad = "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D16"
    _, refused = shaped(
        duck, "entity", {"entity": "A", "name": "A", "lei": good}, {"entity": "B", "name": "B", "lei": bad}
    )
    assert told(refused) == [(1, "intake.shape.identifier", 1, "lei")]


def test_a_retraction_names_its_key_and_no_more(duck):
    """Required fields may be left out of a retraction, its key may not."""
    _, refused = shaped(duck, "payment", {"entity": "A", "payment": "P", "act": "retract"})
    assert refused == []
    whole, refused = shaped(duck, "payment", {"entity": "A", "amount": "1", "act": "retract"})
    assert whole is None or told(refused) == [(0, "intake.shape.required", 1, "payment")]


def test_what_is_not_given_is_filled_and_what_is_given_stands(duck):
    """A field with an expression of its own is filled from the row where it is empty."""
    rows = [
        {**PAID, "paid_at": "2024-03-01T10:00:00"},
        {**PAID, "payment": "Q", "paid_at": "2024-03-01", "paid_on": "2024-04-01"},
    ]
    whole, _ = shaped(duck, "payment", rows)
    assert whole is not None
    assert [str(day) for day in whole.table.column("paid_on").to_pylist()] == ["2024-03-01", "2024-04-01"]


def test_nested_lists_become_tables_with_what_they_carry(duck):
    """Lines of a list repeat their fact's key and carried columns, for any order of reports and lines."""
    votes = [{"person": "V", "vote": "no"}, {"person": "U", "vote": "赞成"}]
    votes[1]["vote"] = "同意"
    whole, refused = shaped(
        duck, "decision", {**DECIDED, "votes": votes}, {**DECIDED, "decision": "E", "表决": [{"person": "W"}]}
    )
    assert refused == []
    assert whole is not None
    rows = whole.lists["decision_votes"].to_pylist()
    shown = [(r["report"], r["decision"], r["matter"], r["person"], r["vote"]) for r in rows]
    assert shown == [(0, "D", "M", "U", "yes"), (0, "D", "M", "V", "no"), (1, "E", "M", "W", None)]


@pytest.mark.parametrize(
    ("votes", "code"),
    [
        ("not json", "intake.shape.list"),
        ({"person": "U"}, "intake.shape.list"),
        (["U"], "intake.shape.list"),
        ([{"person": "U", "colour": "red"}], "intake.shape.list"),
        ([{"vote": "yes"}], "intake.shape.person"),
        ([{"person": "U", "vote": "perhaps"}], "intake.shape.choice"),
        ([{"person": "U"}, {"person": "U"}], "intake.shape.list"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(duck, votes, code):
    """Text that is no list, lines that are no objects, unknown or missing fields, and a line twice are rejected."""
    _, refused = shaped(duck, "decision", {**DECIDED, "votes": votes})
    assert [(at, one.code) for at, one in refused] == [(0, code)]


def test_a_closer_look_gives_the_same_rows(duck):
    """Rows are the same for a valid batch and for one that a wrong row sends to the closer look."""
    alone, _ = shaped(duck, "payment", PAID, {**PAID, "payment": "Q"})
    beside, refused = shaped(
        duck, "payment", PAID, {**PAID, "payment": "Q"}, {**PAID, "payment": "R", "amount": "many"}
    )
    assert alone is not None
    assert beside is not None
    assert [at for at, _ in refused] == [2]
    assert beside.table.slice(0, 2).to_pylist() == alone.table.to_pylist()


def test_the_hash_of_what_is_said_depends_on_nothing_else(duck):
    """A fact's key and content have the same hashes alone, beside others, with columns left out or empty, and with lists."""
    votes, papers = [{"person": "U", "vote": "yes"}], [{"paper": "x"}]
    facts = [
        DECIDED,
        {**DECIDED, "votes": votes},
        {**DECIDED, "papers": papers},
        {**DECIDED, "votes": votes, "papers": papers},
    ]
    each = [shaped(duck, "decision", one)[0] for one in facts]
    alone = [(s.table.column("key_hash")[0].as_py(), s.table.column("content_hash")[0].as_py()) for s in each if s]
    together, _ = shaped(duck, "decision", *facts)
    assert together is not None
    beside = list(zip(*(together.table.column(c).to_pylist() for c in ("key_hash", "content_hash")), strict=True))
    assert beside == alone
    assert len({content for _, content in alone}) == 4
    assert len({key for key, _ in alone}) == 1
    turned, _ = shaped(duck, "decision", {**DECIDED, "votes": [{"person": "V"}, {"person": "U"}]})
    other, _ = shaped(duck, "decision", {**DECIDED, "votes": [{"person": "U"}, {"person": "V"}]})
    assert turned is not None
    assert other is not None
    assert turned.table.column("content_hash") == other.table.column("content_hash")


def test_a_code_that_fills_itself_is_held_too(duck):
    """Text with markup in a code is rejected also where the field would fill itself; left empty, it is filled."""
    kind = small_pack().kinds["payment"]
    code = Field("currency", "code", Text(zh="币种", en="Currency"), pattern="[A-Z]{3}", fills="'CNY'")
    kind = replace(kind, fields=(*(one for one in kind.fields if one.name != "currency"), code))
    for text, wrong in (("<b>x</b>", 1), ("x" * 100, 1), ("cny", 1), ("USD", 0), (None, 0)):
        found, refused = shape_rows(duck, kind, raw({**PAID, "currency": text}), "f")
        assert [(one.code, one.seen) for _, one in refused] == [("intake.shape.code", text)] * wrong
        assert found is not None
        assert found.table.column("currency").to_pylist() == [text or "CNY"]


def test_what_a_field_fills_itself_with_hides_no_wrong_cell(duck):
    """Text that cannot be typed is rejected also where another field would fill in the value."""
    kind = small_pack().kinds["payment"]
    fields = {one.name: one for one in kind.fields}
    for name, fills, text in (
        ("paid_on", "DATE '2024-01-01'", "soon"),
        ("amount", "5", "much"),
        ("item", "'a'", "x" * 200),
    ):
        filled = replace(fields.get(name) or Field(name, "code", Text(zh="x", en="x")), fills=fills)
        one = replace(kind, fields=(*(f for f in kind.fields if f.name != name), filled))
        _, refused = shape_rows(duck, one, raw({**PAID, name: text}), "f")
        assert [(r.field, r.seen) for _, r in refused] == [(name, text)]


def test_a_code_that_was_issued_wrong_needs_a_reason(duck):
    """A wrong check character is rejected, and accepted where the row's own field gives the reason for it."""
    reason = Field("uscc_reason", "text", Text(zh="说明", en="Reason"))
    code = Field("uscc", "code", Text(zh="代码", en="Code"), identifier="cn.uscc", excused_by="uscc_reason")
    kind = small_pack().kinds["payment"]
    one = replace(kind, fields=(*kind.fields, code, reason))
    for why, codes in (
        (None, ["intake.shape.identifier"]),
        (" ", ["intake.shape.identifier"]),
        ("as on the certificate", []),
    ):
        _, refused = shape_rows(duck, one, raw({**PAID, "uscc": "91440300MA0T150034", "uscc_reason": why}), "f")
        assert [fault.code for _, fault in refused] == codes, why
