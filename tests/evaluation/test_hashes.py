"""The same docket has the same hash however its rows come; what has no docket has none."""

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given, strategies as st

from comptroller.evaluation.hashes import Key, docket_hashes, key_hashes
from comptroller.model.policy import Window

TEXTS = st.lists(st.tuples(st.text(max_size=6) | st.none(), st.sampled_from(["", "a", "国资", None])), max_size=20)


@given(TEXTS, st.integers(0, 20))
def test_a_docket_has_one_hash(rows, cut):
    """Rows hash alike whole, in chunks, cut out of a larger table, and as values that a rule gave; alike means equal."""
    table = pa.table(
        {"a": pa.array([r[0] for r in rows], pa.string()), "b": pa.array([r[1] for r in rows], pa.string())}
    )
    key = Key(("a", "b"))
    hashes = key_hashes(table, [key])[key]
    parts = [key_hashes(part, [key])[key] for part in (table.slice(0, cut), table.slice(cut))]
    assert np.concatenate(parts).tolist() == hashes.tolist()
    given_by_rule = docket_hashes(["VARCHAR", "VARCHAR"], list(zip(*rows, strict=True)) or [[], []])
    assert given_by_rule.tolist() == hashes.tolist()
    assert [value == 0 for value in hashes] == [None in row for row in rows]
    complete = {row for row in rows if None not in row}
    assert len({value for value in hashes.tolist() if value}) == len(complete)


def test_values_are_hashed_in_their_declared_type():
    """A number or a day that a rule returns hashes like the column in the books."""
    table = pa.table({"n": pa.array([Decimal("12.0000")], pa.decimal128(18, 4)), "d": pa.array([date(2024, 2, 29)])})
    for name, form, value in (("n", "DECIMAL(18,4)", Decimal(12)), ("d", "DATE", date(2024, 2, 29))):
        assert docket_hashes([form], [[value]]).tolist() == key_hashes(table, [Key((name,))])[Key((name,))].tolist()


@given(st.dates(), st.dates(), st.integers(1, 400))
def test_days_within_a_window_lie_in_near_stretches(one, other, length):
    """Two days at most a window apart lie in one stretch or in stretches that follow each other; no day, no stretch."""
    window = Window(length, "on")
    table = pa.table({"e": ["E", "E", "E"], "on": pa.array([one, other, None], pa.date32())})
    steps = [Key(("e",), window, step) for step in (-1, 0, 1)]
    hashes = key_hashes(table, steps)
    is_near = any(hashes[step][0] == hashes[steps[1]][1] for step in steps)
    if abs((one - other).days) <= length:
        assert is_near
    if abs((one - other).days) >= 2 * length:
        assert not is_near
    assert hashes[steps[1]][2] == 0
