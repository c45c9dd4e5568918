"""Pictures: marks lie within the picture, in the order of their days."""

import datetime as dt
from itertools import pairwise

from hypothesis import given, strategies as st

from comptroller.web.shell.charts import CHART, WIDTH, ChartEdge, chain_of, ring, spark, stakes_row, time_line, wrapped

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1))


@given(st.lists(st.tuples(DAYS, st.text(min_size=1, max_size=5), st.sampled_from(["fact", "since"])), max_size=20))
def test_marks_lie_within_in_the_order_of_days(events):
    """For any events, every day has its mark and every mark its place."""
    line = time_line(events)
    if not events:
        assert line is None
        return
    assert {m.day for m in line.marks} == {when for when, _, _ in events}
    assert all(0 <= m.x <= WIDTH and 0 <= m.y <= line.height for m in line.marks)
    assert [m.x for m in line.marks] == sorted(m.x for m in line.marks)
    assert {w for m in line.marks for w in m.words} == {w for _, w, _ in events}


def test_chains_and_rings_and_sparks():
    """The small charts: no values, no chart."""
    assert chain_of("") == []
    assert len(ring(5, 10, 20)) == 5
    assert spark([], 10, 10) == ""
    assert spark([3, 3], 10, 4) == "0.0,4.0 10.0,4.0"


@given(st.integers(0, 40), st.text(max_size=60))
def test_boxes_lie_within_and_beside_each_other(count, name):
    """For any number of boxes: none lies beyond the chart or on another, and one shows how many are left out."""
    row = stakes_row([ChartEdge(str(n), name) for n in range(count)], "rest")
    assert len(row) == min(count, 8)
    assert [b.edge.code == "" for b in row].count(True) == (count > 8)
    ends = [(b.x - b.wide / 2, b.x + b.wide / 2) for b in row]
    assert all(0 <= a < b <= CHART for a, b in ends)
    assert all(before[1] < after[0] for before, after in pairwise(ends))


@given(st.text(min_size=1, max_size=80), st.integers(4, 30))
def test_words_stay_in_their_lines(words, room):
    """Two lines at most; what is not cut is whole."""
    lines = wrapped(words, room)
    assert len(lines) <= 2
    assert words.startswith("".join(lines).removesuffix("…"))
