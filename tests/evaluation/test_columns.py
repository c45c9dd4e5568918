"""Columns in memory return what was added, of every type, with nulls, in any order."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.evaluation.columns import Texts, column_of

FORMS = {
    "VARCHAR": (pa.string(), st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)),
    "DECIMAL(18,4)": (pa.decimal128(18, 4), st.decimals(-(10**14) + 1, 10**14 - 1, places=4)),
    "DECIMAL(9,6)": (pa.decimal128(9, 6), st.decimals(-100, 100, places=6)),
    "BIGINT": (pa.int64(), st.integers(-(2**63) + 1, 2**63 - 1)),
    "DATE": (pa.date32(), st.dates()),
    "TIMESTAMP": (pa.timestamp("us"), st.datetimes()),
    "DOUBLE": (pa.float64(), st.floats(allow_nan=False)),
    "BOOLEAN": (pa.bool_(), st.booleans()),
}


@pytest.mark.parametrize("form", sorted(FORMS))
@settings(max_examples=15)
@given(data=st.data())
def test_take_returns_what_was_added(form, data):
    """However values are batched and chunked, and whichever rows are taken, each value comes back as it was."""
    stored, values = FORMS[form]
    batches = data.draw(st.lists(st.lists(st.one_of(st.none(), values), max_size=6), max_size=4))
    column, said = column_of(form), []
    for batch in batches:
        cut = data.draw(st.integers(0, len(batch)))
        column.add(pa.chunked_array([pa.array(batch[:cut], stored), pa.array(batch, stored).slice(cut)]))
        said += batch
    rows = data.draw(st.lists(st.integers(0, len(said) - 1), max_size=8)) if said else []
    taken = column.take(np.asarray(rows, dtype=np.int64))
    assert taken.type == stored
    assert taken.to_pylist() == [said[row] for row in rows]


def test_mostly_different_texts_are_stored_without_codes():
    """A column with mostly different texts changes how it is stored, and not what it returns."""
    column, values = Texts(), []
    for start in range(0, 60_000, 20_000):
        batch = [None if n % 7 == 0 else f"文{n}" for n in range(start, start + 20_000)]
        column.add(pa.chunked_array([pa.array(batch)]))
        values += batch
    assert column._codes is None
    column.add(pa.chunked_array([pa.array(["last", None, "last"])]))
    values += ["last", None, "last"]
    rows = np.random.default_rng(1).integers(0, len(values), 500)
    assert column.take(rows).to_pylist() == [values[row] for row in rows.tolist()]


def test_the_ends_of_a_type_are_values():
    """The largest amounts and the outermost days are no nulls."""
    for form, values in (
        ("DATE", [dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
        ("DECIMAL(18,4)", [Decimal("99999999999999.9999"), Decimal("-99999999999999.9999")]),
    ):
        column = column_of(form)
        column.add(pa.chunked_array([pa.array(values, FORMS[form][0])]))
        assert column.take(np.asarray([1, 0])).to_pylist() == values[::-1]
