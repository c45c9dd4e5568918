"""Due dockets by their hash, with spans of days if a window limits them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from comptroller.model.policy import Rule

EVERYTHING: Final = (-(10**7), 10**7)
"""A span of days, counted from 1970-01-01, that holds every day."""

Spans = tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Due:
    """The dockets that a change makes due in one group, and why.

    `tables` changed themselves; `rules` are due through a reference. With a window, `spans` holds the days between
    which a docket is due, counted from 1970-01-01. `windows` are hashes of a docket and a stretch of time: their rows
    are read. `whole` are the dockets that are read completely.
    """

    dockets: NDArray[np.uint64]
    tables: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    spans: Spans | None = None
    windows: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    whole: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is due."""
        return not len(self.dockets)

    def concerns(self, rule: Rule) -> bool:
        """Return whether the rule reads a table that changed, or is due through a reference."""
        return rule.name in self.rules or not self.tables.isdisjoint(rule.reads)


class DueDays:
    """The days between which a docket is due. They are looked up on demand, because few dockets have an open
    finding.
    """

    def __init__(self, spans: Spans) -> None:
        """Sort the spans by docket."""
        order = np.argsort(spans[0], kind="stable")
        self._dockets, self._starts, self._ends = (part[order] for part in spans)

    def of(self, docket: int) -> list[tuple[date, date]]:
        """Return the spans of a docket, both days included."""
        low = np.searchsorted(self._dockets, np.uint64(docket), side="left")
        high = np.searchsorted(self._dockets, np.uint64(docket), side="right")
        starts, ends = self._starts[low:high].tolist(), self._ends[low:high].tolist()
        return [(_day(start), _day(end)) for start, end in zip(starts, ends, strict=True)]


def _day(number: int) -> date:
    """Return the day of a number counted from 1970-01-01, or the nearest one in the calendar."""
    return date.fromordinal(min(max(_EPOCH + number, 1), date.max.toordinal()))


_EPOCH = date(1970, 1, 1).toordinal()
