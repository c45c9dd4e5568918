"""Charts as numbers: positions of marks on a time line, in a ring, in a chain; templates draw them as SVG."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LEFT, RIGHT, ROW = 1180, 24, 24, 24
CHART, _WIDE_FROM = WIDTH, 0x2E80
"""Width of a chart of stakes; first code point of letters that are as wide as they are high."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on a time line: its position, day, label and type."""

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
    """Return the positions of events; events of one day share a row. None without a dated event.

    >>> line = time_line([(dt.date(2024, 1, 1), "a", "fact"), (dt.date(2024, 1, 11), "b", "fact")])
    >>> [round(m.x) for m in line.marks], line.height
    ([24, 1156], 80)
    """
    by_day: dict[tuple[dt.date, str], list[str]] = {}
    for when, words, kind in sorted(events):
        labels = by_day.setdefault((when, kind), [])
        if words not in labels:
            labels.append(words)
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
    return tuple((at(when), when.isoformat()) for when in dict.fromkeys(days))


def chain_of(path: str) -> list[tuple[str, str]]:
    """Return a chain such as `A>51%>B>asserted>C` as steps: each holder, and its basis for the next ('' for the last).

    >>> chain_of("A>51%>B>asserted>C")
    [('A', '51%'), ('B', 'asserted'), ('C', '')]
    """
    parts = path.split(">") if path else []
    return [(parts[i], parts[i + 1] if i + 1 < len(parts) else "") for i in range(0, len(parts), 2)]


def ring(count: int, radius: float, center: float) -> list[tuple[float, float]]:
    """Return the positions of `count` points on a circle, the first at the top, clockwise.

    >>> [(round(x), round(y)) for x, y in ring(2, 10, 50)]
    [(50, 40), (50, 60)]
    """
    turns = [2 * math.pi * index / max(1, count) - math.pi / 2 for index in range(count)]
    return [(center + radius * math.cos(t), center + radius * math.sin(t)) for t in turns]


def spark(values: Sequence[float], width: int, height: int) -> str:
    """Return the points of a small line chart of values, in the form of SVG.

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
class ChartEdge:
    """A stake in a chart: the entity at its other end, the share as text, the control basis, the number of
    entities behind.
    """

    code: str
    name: str
    share: str = ""
    basis: str = ""
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a chart: its edge, position, width, and name in lines; a box without a code represents the rest."""

    edge: ChartEdge
    x: float
    wide: float
    lines: tuple[str, ...]


def stakes_row(edges: Sequence[ChartEdge], rest: str = "", most: int = 8) -> list[Box]:
    """Return the boxes of one row of a chart of stakes, at most `most`; the last one represents the rest, with its
    label.

    >>> [(b.edge.code, round(b.x), b.lines) for b in stakes_row([ChartEdge("A", "Alpha")])]
    [('A', 590, ('Alpha',))]
    """
    visible = list(edges[:most]) if len(edges) <= most else [*edges[: most - 1], ChartEdge("", rest)]
    step = CHART / max(1, len(visible))
    wide = min(196.0, step - 10)
    return [Box(edge, step * (at + 0.5), wide, wrapped(edge.name, wide / 12.5)) for at, edge in enumerate(visible)]


def wrapped(words: str, room: float, most: int = 2) -> tuple[str, ...]:
    """Return words in at most `most` lines of `room` Chinese letters each; a longer text ends in an ellipsis.

    >>> wrapped("望港港口集团有限公司", 6), wrapped("Harbour Group", 8), wrapped("望港", 1, 1)
    (('望港港口集团', '有限公司'), ('Harbour Group',), ('望',))
    """
    lines, line, width = [], "", 0.0
    for letter in words:
        size = 1.0 if ord(letter) > _WIDE_FROM else 0.58
        if width + size > room and line:
            lines.append(line)
            line, width = "", 0.0
        line, width = line + letter, width + size
    lines.append(line)
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], lines[most - 1][:-1] + "…" if len(lines[most - 1]) > 1 else lines[most - 1])
