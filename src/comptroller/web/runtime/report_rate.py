"""Reports of the last hour, counted by minute and reporter; each count continues from the last one."""

import datetime as dt
import threading
from collections import Counter

from comptroller.engine import MADE
from comptroller.ledger.entry_headers import EntryHeader, EntryHeaders
from comptroller.ledger.ledger import Ledger

HOUR = dt.timedelta(hours=1)


def is_report(head: EntryHeader) -> bool:
    """Return whether an entry is a report of a person, not of the engine or an act at the desk."""
    return head.fields["media"] not in MADE and not head.fields["name"].startswith("desk-")


class ReportRate:
    """The count of the last hour; each entry is read only once."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._lock = threading.Lock()
        self._minutes: dict[dt.datetime, Counter[str]] = {}
        self._upto = 0

    def by_reporter(self, ledger: Ledger, heads: EntryHeaders, at: dt.datetime) -> tuple[dt.datetime, Counter[str]]:
        """Return the first full minute that is counted, and the number of reports since then by reporter."""
        since = (at.astimezone(dt.UTC) - HOUR).replace(second=0, microsecond=0)
        with self._lock:
            self._minutes = {minute: count for minute, count in self._minutes.items() if minute >= since}
            first = self._upto or ledger.size_at(since - dt.timedelta(microseconds=1))
            for head in heads.between(first + 1):
                self._upto = head.number
                minute = head.received_at.replace(second=0, microsecond=0)
                if minute >= since and is_report(head):
                    self._minutes.setdefault(minute, Counter())[head.fields["reporter"]] += 1
            return since, sum(self._minutes.values(), Counter())
