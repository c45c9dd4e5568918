"""A docket's due days are those of its own spans, and no others."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, strategies as st

from comptroller.evaluation.due import EVERYTHING, DueDays

SPANS = st.lists(st.tuples(st.integers(1, 4), st.integers(-30_000, 30_000), st.integers(0, 400)), max_size=12)


@given(SPANS)
def test_the_days_of_a_docket_are_looked_up_as_they_were_noted(spans):
    """For each docket, in any order of noting: exactly its own spans, both days included."""
    parts = [np.array([one[at] for one in spans]) for at in range(3)]
    days = DueDays((parts[0].astype(np.uint64), parts[1].astype(np.int64), (parts[1] + parts[2]).astype(np.int64)))
    for docket in range(1, 6):
        begin = date(1970, 1, 1)
        wanted = [(begin + timedelta(s), begin + timedelta(s + n)) for one, s, n in spans if one == docket]
        assert sorted(days.of(docket)) == sorted(wanted)


def test_everything_is_every_day_there_is():
    """A docket that is due as a whole is due from the first day to the last."""
    one = np.array([7], dtype=np.uint64)
    days = DueDays((one, np.array([EVERYTHING[0]]), np.array([EVERYTHING[1]])))
    assert days.of(7) == [(date.min, date.max)]
