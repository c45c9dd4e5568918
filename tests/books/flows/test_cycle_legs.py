"""Circles as rows: where a circle begins, and which pattern shows it."""

from comptroller.books.flows.cycle_legs import circle_rows, patterns_of
from comptroller.store.duck import DuckDb
from tests.laws.worlds import pack

_PAYMENT = "SELECT * FROM (VALUES {}) AS v(fact, entity, payee, payment, amount_cny, paid_at, paid_on)"


def _rows_of(circle: list[list[int]], name: str, *days: int) -> list[tuple[int, str]]:
    """Return position and payer of the rows of a circle of three, paid on those days of January."""
    parties = ("A", "B"), ("B", "C"), ("C", "A")
    cells = ", ".join(
        f"({fact}, '{a}', '{b}', 'P{fact}', 7.5, NULL, DATE '2024-01-{day:02}')"
        for fact, ((a, b), day) in enumerate(zip(parties, days, strict=True), 1)
    )
    rows = circle_rows(DuckDb(), patterns_of(pack("base"), "payment"), name, [circle], f"({_PAYMENT.format(cells)})")
    assert len(set(rows.column("cycle").to_pylist())) <= 1
    return list(zip(rows.column("position").to_pylist(), rows.column("entity").to_pylist(), strict=True))


def test_a_circle_begins_where_time_does_not_fall() -> None:
    """Its first row is the leg that begins a reading in order of time, for any order of input."""
    for circle in ([[1], [2], [3]], [[2], [3], [1]], [[3], [1], [2]]):
        assert _rows_of(circle, "in_turn", 9, 1, 9) == [(1, "B"), (2, "C"), (3, "A")]


def test_each_circle_is_told_by_one_pattern() -> None:
    """A circle in order of time is neither a circle in any order nor one that a group closes."""
    assert _rows_of([[1], [2], [3]], "any_order", 1, 2, 3) == []
    assert _rows_of([[1], [2], [3]], "merged", 1, 2, 3) == []
    assert _rows_of([[1], [2], [3]], "any_order", 3, 2, 1) == [(1, "C"), (2, "A"), (3, "B")]
