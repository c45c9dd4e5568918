"""A kind returns its table's columns, its fields by name, and the column with the start of validity."""

import pytest

from comptroller.model.kind import COLUMN_TYPES
from tests.packs_small.small import small_pack


def test_a_kind_gives_the_columns_of_its_table():
    """Fields in their order, then the fact's position in the ledger and its time of receipt."""
    kind = small_pack().kinds["payment"]
    assert list(kind.columns)[:2] == ["entity", "payment"]
    assert list(kind.columns)[-3:] == ["fact", "received_at", "first_at"]
    assert kind.columns["amount"] == COLUMN_TYPES["money"] == "DECIMAL(18,4)"


def test_fields_are_found_by_name():
    """A field that is not there is a KeyError."""
    kind = small_pack().kinds["payment"]
    assert kind.field("amount").title.zh == "金额"
    with pytest.raises(KeyError):
        kind.field("colour")


def test_a_kind_says_from_when_its_rows_hold():
    """By a day, an instant, or the beginning of a period; nested lists hold as long as their fact."""
    tables = small_pack().tables
    assert (tables["payment"].since, tables["stake"].since, tables["decision_votes"].since) == (
        "paid_on",
        "valid_from",
        "",
    )
    assert tables["decision_votes"].key == ("entity", "decision", "person")
