"""A finding is raised, changes with its evidence, and is cleared; what a version froze stays."""

from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.evaluation import history
from comptroller.model.finding import plain
from tests.laws.worlds import World, pack

PAID = {"entity": "A", "payment": "P1", "amount": "2000", "matter": "M1", "payee": "S", "paid_on": "2024-03-01"}


def _versions(world):
    """Return all versions: state, amount shown, entries."""
    versions = history.findings(world.duck, rule="undecided", state="all")
    return [
        (v.state, v.evidence["amount"], len(v.entries))
        for version in versions
        for v in history.versions(world.duck, version.finding)
    ]


def test_versions_record_every_change():
    """Raised, changed, cleared and raised again are versions in a row; none is written again."""
    world = World.new(pack("small"))
    world.say([("payment", PAID)])
    first = world.duck.rows("SELECT * FROM finding")
    world.say([("payment", {**PAID, "amount": "3000", "act": "correct"})])
    world.say(
        [
            (
                "decision",
                {"entity": "A", "decision": "D", "matter": "M1", "outcome": "approved", "decided_on": "2024-02-01"},
            )
        ]
    )
    world.say([("decision", {"entity": "A", "decision": "D", "act": "retract"})])
    assert _versions(world) == [("raised", 2000, 1), ("changed", 3000, 1), ("cleared", 3000, 1), ("raised", 3000, 1)]
    assert world.duck.rows("SELECT * FROM finding WHERE contains(rule, 'undecided') ORDER BY version LIMIT 1") == first
    (row,) = world.duck.rows(
        "SELECT fingerprint, pack, today FROM finding WHERE version = 1 AND contains(rule, 'undecided')"
    )
    assert row[:2] == (pack("small").rules["small/rules/pay/undecided"].fingerprint, pack("small").digest)
    assert str(row[2]) == "2024-06-30"
    last = "SELECT * FROM finding QUALIFY row_number() OVER (PARTITION BY finding ORDER BY version DESC) = 1"
    assert world.duck.rows("SELECT * FROM finding_now ORDER BY finding") == world.duck.rows(f"{last} ORDER BY finding")


def test_a_subject_not_judged_is_listed_and_judged_later():
    """A subject that cannot be judged is listed as such, and becomes a finding when the missing input comes."""
    world = World.new(pack("small"))
    decided = {"entity": "A", "decision": "D", "matter": "M", "outcome": "approved"}
    world.say([("decision", decided)])
    assert [(v.state, v.missing) for v in history.findings(world.duck, state="not_judged")] == [("not_judged", "votes")]
    world.say([("decision", {**decided, "votes": '[{"person": "U", "vote": "no"}]', "act": "correct"})])
    assert [(v.state, v.missing) for v in history.findings(world.duck)] == [("raised", "")]


def test_unchanged_evidence_makes_no_version():
    """Facts that do not change a rule's answer leave no trace in its findings."""
    world = World.new(pack("small"))
    world.say([("payment", PAID)])
    world.say([("payment", {**PAID, "payment": "P9", "amount": "1"})])
    world.evaluation.judge_all(world.said)
    assert _versions(world) == [("raised", 2000, 1)]


@settings(max_examples=60)
@given(
    st.decimals(-(10**22), 10**22, places=4)
    | st.sampled_from([Decimal(1234567890123456), Decimal(-(10**15) - 1), Decimal("0.0000")]),
    st.integers(0, 6),
)
def test_a_decimal_has_one_form(value, more):
    """A decimal is shown alike with however many zeros at its end: the same evidence is the same text."""
    longer = Decimal(f"{value}{'' if '.' in str(value) else '.'}{'0' * more}")
    assert plain(longer) == plain(value)
    assert Decimal(plain(value)) == value


@pytest.mark.parametrize("value", ["0.000000000001", "0", "-0.00000000012", "1.5"])
def test_small_decimals_have_no_exponent(value):
    """Small numbers and zero are written out."""
    assert "E" not in str(plain(Decimal(value)))
