"""Columns are matched to fields by name or label, as people write them; units and row numbers are no fields."""

from dataclasses import replace

import pytest

from comptroller.intake.headers import factor_of, match_headers, unit_column
from comptroller.model.kind import Reading
from tests.packs_small.small import small_pack

READING = Reading(
    units={"元": 1, "万元": 10_000, "%": 1},
    unit_columns=frozenset({"单位"}),
    row_numbers=frozenset({"序号"}),
)
KIND = replace(small_pack().kinds["payment"], reading=READING)


@pytest.mark.parametrize("header", ["金额", "金 额", "金额（元）", "金额\n(元)", "AMOUNT", "金额*"])
def test_one_field_has_many_headers(header: str) -> None:
    """Blanks, units, case and width do not make another field."""
    assert match_headers(KIND, [header], "a.csv") == ({"amount": header}, [])


def test_row_numbers_and_units_are_passed_over() -> None:
    """A column of row numbers is no field, and neither is one of units."""
    assert match_headers(KIND, ["序号", "金额", "单位"], "a.csv") == ({"amount": "金额"}, [])
    assert unit_column(KIND, ["序号", "金额", "单位 "]) == "单位 "


@pytest.mark.parametrize("header", ["金额（千港元）", "金额(%)", "付款编号（元）", "余额"])
def test_a_unit_that_does_not_fit_is_no_field(header: str) -> None:
    """An unknown unit, a share of money, and money of a code are rejected by the header's name."""
    matched, refused = match_headers(KIND, [header], "a.csv")
    assert matched == {}
    assert [(one.code, one.field) for one in refused] == [("intake.shape.column", header)]


def test_a_unit_is_a_factor() -> None:
    """Ten thousand yuan are ten thousand times a yuan; a header without a unit counts as it is."""
    amount = KIND.field("amount")
    assert [factor_of(KIND, amount, header) for header in ("金额（万元）", "金额（元）", "金额")] == [10_000, 1, 1]


def test_a_field_twice_is_rejected() -> None:
    """Two columns for one field are never read as one of them."""
    assert [one.field for one in match_headers(KIND, ["金额", "金额（万元）"], "a.csv")[1]] == ["金额（万元）"]
