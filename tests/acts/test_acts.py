"""The law of acts: the content of an engine's own entry is read back unchanged, and an act names the officer
and the reason.
"""

import datetime as dt

import pytest

from comptroller import acts
from comptroller.ledger.entry import Accepted, Entry, header_of, instant_text
from comptroller.model.refusal import Refused

AT = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)


def entry(made: Accepted) -> Entry:
    """Return what was made as an entry."""
    return Entry(7, AT, header_of(made, "0" * 64, instant_text(0), 7), made.payload)


def test_content_is_read_back() -> None:
    """Ticks, what is set aside, and acts about the clock."""
    assert acts.instant_in(entry(acts.tick(AT, "O"))) == AT
    assert acts.faults_in(entry(acts.aside({9: "b", 3: "a"}, "O"))) == {3: "a", 9: "b"}
    fields = acts.wrong_stretch((2, 4), 9, "U1", "battery")
    assert acts.content_of(entry(acts.clock(fields, "O"))) == fields
    assert {acts.tick(AT, "O").media, acts.clock(fields, "O").media, acts.aside({}, "O").media} < set(acts.MADE)


@pytest.mark.parametrize("stretch", [(0, 3), (3, 2), (1, 10), (-1, -1)])
def test_a_stretch_lies_in_the_ledger(stretch: tuple[int, int]) -> None:
    """Another one is rejected with the numbers that there are."""
    with pytest.raises(Refused, match=r"clock\.stretch"):
        acts.wrong_stretch(stretch, 9, "U1", "x")


def test_an_act_names_officer_and_reason() -> None:
    """Blanks are empty."""
    with pytest.raises(Refused) as refused:
        acts.passing(AT, AT, " ", "")
    assert [refusal.field for refusal in refused.value.refusals] == ["by", "why"]


def test_an_unfoldable_act_is_rejected_by_medium() -> None:
    """The fault is named in one line."""
    refusal = acts.unfoldable("tick", OverflowError("date value out of range\nmore"))
    assert (refusal.code, refusal.field, refusal.seen) == (
        "act.unfoldable",
        "tick",
        "OverflowError: date value out of range",
    )
