"""Pictures as numbers: where marks stand on a time line, in a ring, in a chain; templates draw them as SVG."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LEFT, RIGHT, ROW = 960, 24, 24, 26
_LABEL_CHARS = 34


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a time line: where it stands, its day, its words, and what it is."""

    x: float
    y: float
    day: dt.date
    words: tuple[str, ...]
    kind: str
    is_left: bool


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A time line: marks in rows, the ticks of its axis, and its height."""

    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int


def time_line(events: Sequence[tuple[dt.date, str, str]]) -> TimeLine | None:
    """Give where events stand; those of one day share a row. None where nothing has a day.

    >>> line = time_line([(dt.date(2024, 1, 1), "a", "fact"), (dt.date(2024, 1, 11), "b", "fact")])
    >>> [round(m.x) for m in line.marks], line.height
    ([24, 936], 84)
    """
    by_day: dict[tuple[dt.date, str], list[str]] = {}
    for when, words, kind in sorted(events):
        held = by_day.setdefault((when, kind), [])
        if words not in held:
            held.append(words)
    if not by_day:
        return None
    days = sorted({when for when, _ in by_day})
    first, last = days[0], days[-1]
    span = max(1, (last - first).days)

    def at(when: dt.date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (when - first).days / span if len(days) > 1 else WIDTH / 2

    marks = tuple(
        Mark(at(when), 16 + ROW * row, when, tuple(words), kind, at(when) > WIDTH / 2)
        for row, ((when, kind), words) in enumerate(sorted(by_day.items()))
    )
    return TimeLine(marks, _ticks(first, last, at), 32 + ROW * len(marks))


def _ticks(first: dt.date, last: dt.date, at: "object") -> tuple[tuple[float, str], ...]:
    assert callable(at), "a function of days"
    if first == last:
        return ((at(first), first.isoformat()),)
    steps = 4
    days = [first + (last - first) * step / steps for step in range(steps + 1)]
    return tuple((at(one), one.isoformat()) for one in dict.fromkeys(days))


def chain_of(path: str) -> list[tuple[str, str]]:
    """Give a chain such as `A>51%>B>asserted>C` as steps: who, and by what he holds the next ('' for the last).

    >>> chain_of("A>51%>B>asserted>C")
    [('A', '51%'), ('B', 'asserted'), ('C', '')]
    """
    parts = path.split(">") if path else []
    return [(parts[i], parts[i + 1] if i + 1 < len(parts) else "") for i in range(0, len(parts), 2)]


def ring(count: int, radius: float, center: float) -> list[tuple[float, float]]:
    """Give the places of so many things on a circle, the first at the top, clockwise.

    >>> [(round(x), round(y)) for x, y in ring(2, 10, 50)]
    [(50, 40), (50, 60)]
    """
    turns = [2 * math.pi * one / max(1, count) - math.pi / 2 for one in range(count)]
    return [(center + radius * math.cos(t), center + radius * math.sin(t)) for t in turns]


def spark(values: Sequence[float], width: int, height: int) -> str:
    """Give the points of a small line through values, as SVG takes them.

    >>> spark([0, 1], 10, 4)
    '0.0,4.0 10.0,0.0'
    """
    if not values:
        return ""
    low, high = min(values), max(values)
    step = width / max(1, len(values) - 1)
    scale = (high - low) or 1
    return " ".join(f"{i * step:.1f},{height - height * (v - low) / scale:.1f}" for i, v in enumerate(values))


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a chart: whose it is, its place, and what is written on the line to it."""

    code: str
    x: float
    y: float
    words: str


def stakes_picture(
    up: Sequence[tuple[str, object]], down: Sequence[tuple[str, object]], most: int = 8
) -> tuple[list[Box], list[Box]]:
    """Give the boxes of owners above and of holdings below an entity, at most so many of each, the largest first.

    >>> [(b.code, round(b.x), b.words) for b in stakes_picture([("A", 51)], [])[0]]
    [('A', 480, '51%')]
    """

    def row(stakes: Sequence[tuple[str, object]], y: float) -> list[Box]:
        shown = stakes[:most]
        step = WIDTH / max(1, len(shown))
        return [
            Box(code, step * (at + 0.5), y, "" if share is None else f"{float(str(share)):g}%")
            for at, (code, share) in enumerate(shown)
        ]

    return row(up, 24), row(down, 196)
