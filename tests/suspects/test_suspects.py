"""The law of suspects: only items that prevent the others from passing are left out, and the refusal names the
place.
"""

import datetime as dt
import math
from collections.abc import Sequence

import pyarrow as pa
from hypothesis import given, strategies as st

from comptroller.suspects import halves, sift, unfoldable


@given(st.integers(0, 60), st.sets(st.integers(0, 59), max_size=5))
def test_those_at_fault_are_found(size: int, wrong: set[int]) -> None:
    """Each is found, no other item is, and about k log n attempts are made."""
    tried: list[Sequence[int]] = []

    def attempt(items: Sequence[int]) -> Exception | None:
        tried.append(items)
        assert list(items) == sorted(items), "in their order"
        return ValueError("no") if wrong & set(items) else None

    assert set(sift(range(size), attempt)) == wrong & set(range(size))
    assert len(tried) <= 2 + 2 * len(wrong) * (1 + math.ceil(math.log2(max(2, size))))


def test_two_that_pass_alone_and_not_together() -> None:
    """The later one is left out."""
    assert set(sift([1, 2, 3], lambda items: ValueError() if {1, 3} <= set(items) else None)) == {3}


@given(st.lists(st.booleans(), min_size=2, max_size=20).filter(lambda flags: sum(flags) > 1))
def test_halves_part_the_suspects(flags: list[bool]) -> None:
    """Nothing is lost, order stays, and each half has a suspect."""
    suspects = [at for at, flag in enumerate(flags) if flag]
    left, right = halves(range(100, 100 + len(flags)), suspects)
    assert left + right == list(range(100, 100 + len(flags)))
    assert any(at + 100 in left for at in suspects)
    assert any(at + 100 in right for at in suspects)


def test_the_refusal_names_line_and_field_by_the_value() -> None:
    """A number is found also where a scale was added, a day by its digits, a text by its quotes; else the kinds are named."""
    rows = {"line": [4, 5], "quantity": [10.0, 123456.0], "goods": ["x", "coal 7"], "day": [None, dt.date(2024, 3, 9)]}
    tables = {"shipment": pa.table(rows), "payment": pa.table({"line": [1], "payment": ["P1"]})}
    for message, field in (
        ("Type DOUBLE with value 12345600.0 is out of range", "shipment.quantity"),
        ("cannot read 'coal 7'", "shipment.goods"),
        ("date 2024-03-09 has no week", "shipment.day"),
    ):
        refusal = unfoldable("a.json", tables, ValueError(message))
        assert (refusal.file, refusal.line, refusal.field) == ("a.json", 5, field)
    assert unfoldable("a.json", tables, OverflowError("date value out of range")).field == "payment, shipment"
    assert unfoldable("a.json", {}, OverflowError()).seen == "OverflowError: "
