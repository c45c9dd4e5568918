"""The law of moments: instants never fall, moments are measured from the last right one, and nothing overflows."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from comptroller.clock import EARLIEST, LATEST, jump_refusal, last_right, moment_at, utc

AT = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
_INSTANTS = st.datetimes(timezones=st.sampled_from([dt.timezone(dt.timedelta(hours=h)) for h in (-12, 0, 8, 14)]))


@given(_INSTANTS, st.integers(0, 1000))
def test_every_instant_is_accepted_or_rejected(instant: dt.datetime, days: int) -> None:
    """No instant raises; one in the calendar and near enough passes."""
    at = utc(instant)
    refusal = jump_refusal(at, AT, days)
    passes = EARLIEST <= at < LATEST and at - AT <= dt.timedelta(days=days)
    assert (refusal is None) == passes


def test_an_instant_needs_an_offset() -> None:
    """An instant without an offset is rejected."""
    with pytest.raises(ValueError, match="offset"):
        utc(AT.replace(tzinfo=None))


def test_a_moment_before_the_ledgers_last_instant_is_noted() -> None:
    """The ledger's instant is the later one; the note holds the moment if they differ."""
    later = AT + dt.timedelta(days=9)
    plain, behind, back = (moment_at(at, stamp, AT) for at, stamp in ((later, AT), (AT, later), (EARLIEST, AT)))
    assert (plain.stamp, plain.note) == (later, {})
    assert (behind.at, behind.stamp, behind.note) == (AT, later, {"clock": AT.isoformat()})
    assert back.at == AT, "a clock that was set back waits"


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9)).map(lambda one: (one[0], one[0] + one[1]))),
    st.integers(0, 40),
)
def test_the_last_right_entry_lies_in_no_stretch(stretches: list[tuple[int, int]], size: int) -> None:
    """The answer is what going back one by one would find."""
    wrong = {number for first, last in stretches for number in range(first, last + 1)}
    assert last_right(size, stretches) == max((n for n in range(1, size + 1) if n not in wrong), default=0)
