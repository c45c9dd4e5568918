"""Feeds: who reports what, how often, when last, and how many reports were rejected since. Each entry is read once."""

import datetime as dt
import statistics
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from comptroller.ledger.entry_headers import EntryHeader, EntryHeaders
from comptroller.web.runtime.report_rate import is_report

MOST_READ = 50_000
"""Entries that the first call reads back; earlier ones are not counted."""
_GAPS, _LEAST_GAPS, _TIMES = 15, 3, 3
OK, QUIET, REFUSED = "ok", "quiet", "refused"
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Feed:
    """Reports of one reporter, kind ('' when the reports name their kinds inside) and medium.

    `usual` is the median time between its last reports, or None before there were enough. `refused` counts the reports
    rejected since the last accepted one.
    """

    reporter: str
    kind: str
    media: str
    count: int
    last: int
    last_at: dt.datetime | None
    usual: dt.timedelta | None
    refused: int = 0

    def state(self, at: dt.datetime) -> str:
        """Return the state: `refused` after a rejected newest report, `quiet` after a silence of three times
        the usual, else `ok`.
        """
        if self.refused:
            return REFUSED
        if self.usual is None or self.last_at is None:
            return OK
        return QUIET if at - self.last_at > max(_TIMES * self.usual, dt.timedelta(hours=1)) else OK


@dataclass(slots=True)
class _Seen:
    count: int = 0
    last: int = 0
    last_at: dt.datetime | None = None
    gaps: deque[dt.timedelta] = field(default_factory=lambda: deque(maxlen=_GAPS))

    def take(self, head: EntryHeader) -> None:
        if self.last_at is not None and head.received_at > self.last_at:
            self.gaps.append(head.received_at - self.last_at)
        self.count, self.last, self.last_at = self.count + 1, head.number, head.received_at


class Feeds:
    """The feeds of a node; each call continues after the last entry read."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._lock = threading.Lock()
        self._seen: dict[Key, _Seen] = {}
        self._upto = 0

    def of(self, heads: EntryHeaders, size: int) -> list[Feed]:
        """Return the feeds in the ledger up to its size, in the order of reporter, kind and medium."""
        with self._lock:
            for head in heads.between(max(self._upto, size - MOST_READ) + 1, size):
                self._upto = head.number
                if is_report(head):
                    fields = head.fields
                    self._seen.setdefault((fields["reporter"], fields.get("kind", ""), fields["media"]), _Seen()).take(
                        head
                    )
            return [_feed(key, seen) for key, seen in sorted(self._seen.items())]


def _feed(key: Key, seen: _Seen) -> Feed:
    seconds = [gap.total_seconds() for gap in seen.gaps]
    usual = dt.timedelta(seconds=statistics.median(seconds)) if len(seconds) >= _LEAST_GAPS else None
    return Feed(*key, seen.count, seen.last, seen.last_at, usual)


def with_refused(feeds: Iterable[Feed], refused: Iterable[tuple[Key, dt.datetime]]) -> list[Feed]:
    """Return feeds with the number of reports rejected after the last accepted one.

    A reporter that only had rejected reports is a feed too.

    >>> never = with_refused([], [(("A", "payment", "csv"), dt.datetime(2024, 1, 1, tzinfo=dt.UTC))])
    >>> [(one.reporter, one.count, one.refused) for one in never]
    [('A', 0, 1)]
    """
    by_key = {(feed.reporter, feed.kind, feed.media): feed for feed in feeds}
    for key, at in refused:
        feed = by_key.get(key) or Feed(*key, 0, 0, None, None)
        if feed.last_at is None or at > feed.last_at:
            by_key[key] = replace(feed, refused=feed.refused + 1)
    return [by_key[key] for key in sorted(by_key)]
