"""A finding's name follows from its rule and subject; values have one form in JSON."""

import base64
import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from comptroller.model.finding import finding_id, plain


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (Decimal("1.10"), "1.1"),
        (Decimal("1E+3"), 1000),
        (Decimal("0.0000"), 0),
        (Decimal(9007199254740993), "9007199254740993"),
        (dt.date(2024, 3, 1), "2024-03-01"),
        (dt.datetime(2024, 3, 1, 10), "2024-03-01T10:00:00"),
        ({"a": (Decimal(1), None)}, {"a": [1, None]}),
        (True, True),
        ("文", "文"),
    ],
)
def test_values_have_one_form(value, form):
    """What JSON cannot hold exactly becomes text without trailing zeros; the rest stays."""
    assert plain(value) == form
    assert json.loads(json.dumps(plain(value))) == form


@given(st.text(), st.lists(st.one_of(st.text(), st.integers(), st.none(), st.dates()), max_size=3))
def test_a_name_follows_from_rule_and_subject(rule, subject):
    """The same rule and subject have the same short name, also after a round through JSON; another has another."""
    name = finding_id(rule, tuple(subject))
    assert name == finding_id(rule, tuple(json.loads(json.dumps(plain(subject)))))
    assert (len(name), name[:2], name.lower()[2:]) == (18, "F-", name[2:])
    text = json.dumps([rule, plain(subject)], ensure_ascii=False, separators=(",", ":")).encode()
    assert name == "F-" + base64.b32encode(hashlib.sha256(text).digest()[:10]).decode().lower(), (
        "as the document says it"
    )
    assert finding_id(rule + "x", tuple(subject)) != name
    assert finding_id(rule, (*subject, None)) != name
