"""Identifiers: every vector agrees, unknown schemes are named, odd text is no code."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from comptroller.intake.identifiers import check_identifiers, schemes

FIXED = [
    ("cn.uscc", "91110000600037341L", True),
    ("cn.uscc", "A1110000600037341L", False),
    ("lei", "213800KUD8LAJWSQ9D15", True),
    ("lei", "213800KUD8LXJWSQ9D15", False),
    ("isin", "US0378331005", True),
    ("isin", "US0378331003", False),
    ("iban", "GR16 0110 1050 0000 1054 7023 795", True),
    ("iban", "GR16 0110 1050 0000 1054 7023 796", False),
    ("bic", "AGRIFRPP882", True),
    ("bic", "AGRIF2PP882", False),
]


@pytest.mark.parametrize(("scheme", "value", "good"), FIXED)
def test_known_codes(scheme: str, value: str, good: bool) -> None:
    """A right code is taken, one with a wrong sign is not."""
    assert check_identifiers(scheme, [value]) == [good]


def test_order_and_repeats() -> None:
    """Answers come in the order of the values, repeated ones too; the empty text is no code."""
    values = ["AGRIFRPP882", "x", "", "AGRIFRPP882"]
    assert check_identifiers("bic", values) == [True, False, False, True]
    assert check_identifiers("bic", []) == []


@pytest.mark.parametrize("scheme", ["nope", "cn.nope", "", "os", "..os", "util", "cn", "cn.uscc.x"])
def test_unknown_schemes(scheme: str) -> None:
    """A scheme that is not there is a KeyError that lists those that are."""
    with pytest.raises(KeyError, match=r"cn\.uscc"):
        check_identifiers(scheme, [])


@given(
    values=st.lists(st.text(max_size=24), max_size=5),
    scheme=st.sampled_from(["cn.uscc", "cn.ric", "lei", "isin", "iban", "bic"]),
)
def test_any_text(values: list[str], scheme: str) -> None:
    """Any text is answered."""
    assert len(check_identifiers(scheme, values)) == len(values)


def test_vectors() -> None:
    """Every vector of the public test data agrees."""
    here = Path(__file__).resolve().parents[2]
    path = Path(os.environ.get("COMPTROLLER_DATA", here.parent / "shared" / "data")) / "identifiers" / "vectors.csv"
    if not path.is_file():
        pytest.skip("the vectors of identifiers are not here")
    with path.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["type"] in schemes()]
    assert rows
    for row in rows:
        good = row["expected"] in {"valid", "from_source"}
        assert check_identifiers(row["type"], [row["value"]]) == [good], row
