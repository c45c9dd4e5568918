"""The picture of a timeline as numbers: lanes by body, steps on their days, days without work shaded, findings as
flags.

Days without a step are drawn narrower, and long quiet times narrower still: a reader needs order and nearness.
"""

import datetime as dt
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

WIDE, LEFT, RIGHT = 1180, 172, 18
_STEP_DAY, _DAY, _LONG, _GROWS = 20.0, 6.0, 12, 14.0
_MOST_STRETCH, _HEAD, _LINE, _PAD = 9.0, 40, 17, 7
_SHADE_FROM = 1.6
_WIDE_CHAR, _NARROW_CHAR = 11.6, 6.3


@dataclass(frozen=True, slots=True)
class LaneText:
    """One item to draw: its lane, its moment, its text; `until` makes it a period."""

    lane: str
    at: dt.datetime
    words: str
    fact: int
    is_first: bool = True
    is_absent: bool = False
    until: dt.date | None = None
    flags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dot:
    """A step at its place; `x2` ends a period, `text_x` begins its text (or ends it, where `is_left`)."""

    x: float
    y: float
    x2: float
    text_x: float
    is_left: bool
    said: LaneText


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: its title, its top, its height."""

    title: str
    y: float
    high: float


@dataclass(frozen=True, slots=True)
class Flag:
    """A finding on the timeline: its number, its place, and the step that its line connects to."""

    number: int
    x: float
    y: float
    from_y: float
    words: str
    is_left: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the template draws."""

    lanes: tuple[Lane, ...]
    dots: tuple[Dot, ...]
    flags: tuple[Flag, ...]
    shades: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    gaps: tuple[tuple[float, float, int, int], ...]
    lanes_end: float
    high: float


class Scale:
    """The position of days: days of steps are wide, others narrow, long quiet times narrower."""

    def __init__(self, days: Sequence[dt.date]) -> None:
        """Store the days with events, and compute their positions."""
        self.days = sorted(set(days))
        at = 0.0
        self._starts: dict[dt.date, float] = {}
        self._gaps: list[tuple[dt.date, int, float, float]] = []
        for day, after in zip(self.days, [*self.days[1:], None], strict=True):
            self._starts[day] = at
            at += _STEP_DAY
            quiet = (after - day).days - 1 if after else 0
            if quiet > 0:
                wide = _DAY * quiet if quiet <= _LONG else _DAY * _LONG + _GROWS * math.log2(quiet / _LONG)
                self._gaps.append((day, quiet, at, wide))
                at += wide
        self.stretch = min(_MOST_STRETCH, (WIDE - LEFT - RIGHT) / max(at, 1.0))

    def x(self, moment: dt.datetime | dt.date) -> float:
        """Return the position of a moment; a day alone is in the middle of its day, days outside are at the edge."""
        day = moment.date() if isinstance(moment, dt.datetime) else moment
        part = 0.5
        if isinstance(moment, dt.datetime) and moment.time() != dt.time.min:
            part = 0.15 + 0.7 * (moment.hour * 60 + moment.minute) / 1440
        if day < self.days[0]:
            return LEFT
        if day > self.days[-1]:
            return LEFT + self.stretch * (self._starts[self.days[-1]] + _STEP_DAY)
        if day in self._starts:
            return LEFT + self.stretch * (self._starts[day] + _STEP_DAY * part)
        before, quiet, at, wide = next(g for g in reversed(self._gaps) if g[0] < day)
        return LEFT + self.stretch * (at + wide * ((day - before).days - 1 + part) / quiet)

    def edges(self, day: dt.date) -> tuple[float, float]:
        """Return where a day begins and ends."""
        middle = self.x(day)
        if day in self._starts:
            half = self.stretch * _STEP_DAY / 2
        else:
            _, quiet, _, wide = next(g for g in reversed(self._gaps) if g[0] < day)
            half = self.stretch * wide / quiet / 2
        return middle - half, middle + half

    def gaps(self) -> list[tuple[dt.date, dt.date, float, float, float]]:
        """Return each quiet time: the days around it, where it begins and ends, and the width of one of its days."""
        after = dict(zip(self.days, self.days[1:], strict=False))
        return [
            (day, after[day], LEFT + self.stretch * at, LEFT + self.stretch * (at + wide), self.stretch * wide / quiet)
            for day, quiet, at, wide in self._gaps
        ]


def text_width(words: str) -> float:
    """Return the approximate width of a drawn text.

    >>> text_width("ab") < text_width("甲乙")
    True
    """
    return sum(_WIDE_CHAR if unicodedata.east_asian_width(c) in "WF" else _NARROW_CHAR for c in words)


def render_timeline(
    items: Sequence[LaneText],
    titles: Mapping[str, str],
    flags: Sequence[tuple[int, dt.date | None, str, frozenset[int]]],
    working: Callable[[dt.date, dt.date], Mapping[dt.date, bool]],
) -> Picture | None:
    """Return the picture; None where nothing has a day.

    `titles` are the lanes in their order; `flags` are findings: number, day, text, and the facts concerned. `working`
    returns the days of a span that it knows, each with whether it is a working day.
    """
    points = [item for item in items if item.until is None]
    days = [item.at.date() for item in points] or [item.at.date() for item in items]
    if not days:
        return None
    scale = Scale(days)
    calendar = working(scale.days[0], scale.days[-1])
    lanes: list[Lane] = []
    dots: list[Dot] = []
    y = float(_HEAD)
    for lane, title in titles.items():
        mine = sorted((item for item in items if item.lane == lane), key=lambda item: (item.at, not item.is_first))
        placed, rows = _place(mine, scale)
        high = 2 * _PAD + _LINE * max(1, rows)
        dots += [Dot(x, y + _PAD + _LINE * (row + 0.5), x2, tx, left, item) for item, x, x2, tx, left, row in placed]
        lanes.append(Lane(title, y, high))
        y += high
    end = y
    placed_flags, y = _flags(flags, dots, scale, end)
    gaps = tuple((a, b, _working_days(calendar, item, two), (two - item).days) for item, two, a, b, _ in scale.gaps())
    return Picture(tuple(lanes), tuple(dots), placed_flags, _shades(scale, calendar), _ticks(scale), gaps, end, y + 8)


def _place(mine: Sequence[LaneText], scale: Scale) -> tuple[list[tuple[LaneText, float, float, float, bool, int]], int]:
    """Return each step with its row, so that no texts overlap."""
    rows: list[list[tuple[float, float]]] = []
    placed = []
    for item in mine:
        x = scale.x(item.at)
        x2 = max(x + 4, scale.x(item.until)) if item.until else x
        wide = text_width(item.words) + 10
        is_left = x + 9 + wide > WIDE - 4
        text_x = x - 9 if is_left else x + 9
        span = (text_x - wide if is_left else x - 6, x + 6 if is_left else max(text_x + wide, x2))
        row = next(
            (at for at, taken in enumerate(rows) if all(span[1] < a or span[0] > b for a, b in taken)), len(rows)
        )
        if row == len(rows):
            rows.append([])
        rows[row].append(span)
        placed.append((item, x, x2, text_x, is_left, row))
    return placed, len(rows)


def _flags(
    flags: Sequence[tuple[int, dt.date | None, str, frozenset[int]]], dots: Sequence[Dot], scale: Scale, y: float
) -> tuple[tuple[Flag, ...], float]:
    placed = []
    y += 10
    for number, day, words, facts in flags:
        near = [dot for dot in dots if dot.said.fact in facts and dot.said.is_first]
        if near:
            last = max(near, key=lambda dot: dot.x)
            x, from_y = last.x, last.y
        else:
            x, from_y = scale.x(day or scale.days[-1]), y
        is_left = x + 20 + text_width(words) > WIDE
        placed.append(Flag(number, x, y + 9, from_y, words, is_left))
        y += 20
    return tuple(placed), y


def _working_days(calendar: Mapping[dt.date, bool], first: dt.date, last: dt.date) -> int:
    """Return how many working days follow one day up to another; -1 where the calendar does not cover them."""
    days = [first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1)]
    return sum(calendar[day] for day in days) if all(day in calendar for day in days) else -1


def _shades(scale: Scale, calendar: Mapping[dt.date, bool]) -> tuple[tuple[float, float], ...]:
    """Return the bands of days without work, where a day is wide enough to be visible."""
    narrow = {
        first + dt.timedelta(days=n)
        for first, last, _, _, wide in scale.gaps()
        if wide < _SHADE_FROM
        for n in range(1, (last - first).days)
    }
    bands: list[tuple[float, float]] = []
    for day in sorted(day for day, is_worked in calendar.items() if not is_worked and day not in narrow):
        begin, end = scale.edges(day)
        if bands and abs(bands[-1][1] - begin) < 1:
            bands[-1] = (bands[-1][0], end)
        else:
            bands.append((begin, end))
    return tuple((a, b - a) for a, b in bands)


def _ticks(scale: Scale) -> tuple[tuple[float, str], ...]:
    ticks: list[tuple[float, str]] = []
    for day in scale.days:
        x = scale.x(day)
        if not ticks or x - ticks[-1][0] > 74:
            ticks.append((min(max(x, LEFT + 4), WIDE - 34), day.isoformat()))
    return tuple(ticks)
