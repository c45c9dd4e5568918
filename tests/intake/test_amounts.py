"""Amounts come into the unit of their field exactly; rows of totals are left out and noted."""

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
from hypothesis import given, strategies as st

from comptroller.intake.amounts import scaled, without_totals
from comptroller.model.kind import Reading
from tests.packs_small.small import small_pack

READING = Reading(
    units={"元": 1, "万元": 10_000, "亿元": 100_000_000}, unit_columns=frozenset({"单位"}), totals=frozenset({"合计"})
)
KIND = replace(small_pack().kinds["payment"], reading=READING)


def raw(**columns: list[str | None]) -> pa.Table:
    """Return a raw table of one report, its lines from 2."""
    count = len(next(iter(columns.values())))
    cells = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    lines = pa.array(range(2, count + 2), pa.int64())
    return pa.table({**cells, "report": pa.array([0] * count, pa.int64()), "seq": lines, "line": lines})


@given(
    st.lists(st.decimals(-10_000, 10_000, places=4), min_size=1, max_size=5), st.sampled_from(["元", "万元", "亿元"])
)
def test_amounts_are_multiplied_exactly(amounts: list[Decimal], unit: str) -> None:
    """A header's unit multiplies each amount without a rounding."""
    column = f"金额（{unit}）"
    table, _, refused = scaled(KIND, {"amount": column}, raw(**{column: [str(a) for a in amounts]}), "a.csv")
    assert refused == []
    assert [Decimal(v) for v in table.column(column).to_pylist()] == [a * READING.units[unit] for a in amounts]


def test_each_row_may_have_its_own_unit() -> None:
    """A column of units multiplies row by row; an empty unit counts as it is, an unknown one is rejected."""
    table = raw(金额=["1", "2.5", "3", "x"], 单位=["万元", None, "元", "万元"])
    read, notes, refused = scaled(KIND, {"amount": "金额"}, table, "a.csv")
    assert read.column("金额").to_pylist() == ["10000", "2.5", "3", "x"]
    assert [(n.code, n.rows, n.line, n.sent, n.read) for _, n in notes] == [("unit", 2, 2, "1 (金额)", "10000")]
    assert refused == []
    _, _, refused = scaled(KIND, {"amount": "金额"}, raw(金额=["1"], 单位=["箱"]), "a.csv")
    assert [(one.code, one.line, one.field) for _, one in refused] == [("intake.value.unit", 2, "单位")]


def test_totals_are_no_facts() -> None:
    """A row that begins with a word for a total and lacks the key is left out; one with a key is a fact."""
    columns = {"entity": "entity", "payment": "payment", "amount": "amount"}
    table = raw(entity=["A", "合 计：", "A"], payment=["P", None, "合计"], amount=["1", "1", "5"])
    rows, notes = without_totals(KIND, columns, table)
    assert rows.column("amount").to_pylist() == ["1"]
    assert [(n.code, n.line) for _, n in notes] == [("total", 3), ("total", 4)]
    rows, notes = without_totals(KIND, columns, raw(entity=["A"], payment=["P"], amount=["1"]))
    assert (rows.num_rows, notes) == (1, [])
