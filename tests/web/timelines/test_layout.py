"""The picture of a timeline: order and nearness hold, texts never overlap, days without work are shaded."""

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from comptroller.web.timelines.layout import LaneText, Scale, render_timeline, text_width

DAY = dt.date(2024, 3, 1)


def at(day, hour=0):
    return dt.datetime.combine(DAY + dt.timedelta(days=day), dt.time(hour))


def worked(first, last):
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: day.weekday() < 5 for day in days}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 23)), min_size=1, max_size=25))
def test_what_is_earlier_stands_farther_left_and_no_words_overlap(moments):
    """On any days, places follow the moments, and in one lane the texts of two steps never overlap."""
    items = [LaneText("a", at(day, hour), f"step {n}", n) for n, (day, hour) in enumerate(moments)]
    picture = render_timeline(items, {"a": "Lane"}, [(1, DAY, "rule", frozenset({0}))], worked)
    dots = sorted(picture.dots, key=lambda dot: dot.said.at)
    assert all(first.x <= two.x + 1e-6 for first, two in pairwise(dots))
    spans = [
        (
            d.y,
            d.text_x - text_width(d.said.words) if d.is_left else d.text_x,
            d.text_x if d.is_left else d.text_x + text_width(d.said.words),
        )
        for d in dots
    ]
    for n, (y, a, b) in enumerate(spans):
        assert all(y != other or b <= c or d <= a for other, c, d in spans[n + 1 :])
    assert [flag.number for flag in picture.flags] == [1]
    assert picture.flags[0].x == next(dot.x for dot in dots if dot.said.fact == 0)


def test_days_without_work_and_working_days_between_are_told():
    """Between a Friday and the Tuesday after are a weekend, which is shaded, and two working days."""
    picture = render_timeline([LaneText("a", at(0), "x", 1), LaneText("a", at(4), "y", 2)], {"a": "A"}, [], worked)
    assert [(worked_count, days) for _, _, worked_count, days in picture.gaps] == [(2, 4)]
    assert len(picture.shades) == 1
    unknown = render_timeline(
        [LaneText("a", at(0), "x", 1), LaneText("a", at(4), "y", 2)], {"a": "A"}, [], lambda _a, _b: {}
    )
    assert unknown.gaps[0][2] == -1
    assert unknown.shades == ()


def test_what_has_no_day_has_no_picture_and_periods_do_not_stretch_it():
    """No day makes no picture; a power of ten years beside two steps of a week is drawn as far as the steps go."""
    assert render_timeline([], {}, [], worked) is None
    power = LaneText("p", at(-2000), "power", 9, until=DAY + dt.timedelta(days=4000))
    picture = render_timeline(
        [power, LaneText("a", at(0), "x", 1), LaneText("a", at(6), "y", 2)], {"a": "A", "p": "P"}, [], worked
    )
    assert [day for _, day in picture.ticks] == ["2024-03-01", "2024-03-07"]
    assert Scale([DAY]).x(DAY - dt.timedelta(days=1)) <= Scale([DAY]).x(DAY)
