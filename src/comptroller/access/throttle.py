"""Limits on attempts: each is counted before it is checked, and the wait grows with each failure.

- Counting and deciding are one transaction, so simultaneous attempts are all counted.
- A counter belongs to a keyed digest; neither addresses nor names are stored.
- Attempts made during a wait are counted, and do not move its end.
"""

import datetime as dt
import hmac

from comptroller.store.sqlite import Sqlite

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS attempt (digest TEXT PRIMARY KEY, failures INTEGER NOT NULL, waits_until TEXT NOT NULL,
    made_at TEXT NOT NULL) STRICT""",
    "CREATE INDEX IF NOT EXISTS attempt_made_at ON attempt (made_at)",
    "CREATE TABLE IF NOT EXISTS attempt_key (one INTEGER PRIMARY KEY CHECK (one = 1), value BLOB NOT NULL) STRICT",
    "INSERT INTO attempt_key VALUES (1, randomblob(32)) ON CONFLICT DO NOTHING",
)
FREE_FAILURES, LONGEST_WAIT = 5, dt.timedelta(minutes=15)
FORGOTTEN_AFTER = dt.timedelta(days=1)


class Throttle:
    """Counters in the file of accounts, on the connection of the thread that opened it."""

    def __init__(self, store: Sqlite) -> None:
        """Store the open file, and make the missing tables."""
        self._store = store
        for statement in SCHEMA:
            store.execute(statement)
        row = store.row("SELECT value FROM attempt_key")
        assert row is not None, "the key is drawn when the table is made"
        self._key = bytes(row[0])

    def digest(self, name: str) -> str:
        """Return the keyed digest of a counter; the key never leaves the file."""
        return hmac.digest(self._key, name.encode("utf-8", "surrogatepass"), "sha256").hex()

    def take(self, name: str, at: dt.datetime, free: int = FREE_FAILURES, longest: dt.timedelta = LONGEST_WAIT) -> bool:
        """Count an attempt, within a transaction of the caller; return whether it may be checked now.

        It counts as a failure until `clear` is called.
        """
        digest = self.digest(name)
        self._store.execute("DELETE FROM attempt WHERE made_at < ?", [(at - FORGOTTEN_AFTER).isoformat()])
        row = self._store.row("SELECT failures, waits_until FROM attempt WHERE digest = ?", [digest])
        failures, waits = (int(row[0]) + 1, str(row[1])) if row else (1, "")
        is_free = not waits or at >= dt.datetime.fromisoformat(waits)
        if is_free:
            waits = until(failures, at, free, longest)
        self._store.execute(
            "INSERT INTO attempt VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET failures = excluded.failures,"
            " waits_until = excluded.waits_until, made_at = excluded.made_at",
            [digest, failures, waits, at.isoformat()],
        )
        return is_free

    def clear(self, name: str) -> None:
        """Forget the failures of a counter."""
        self._store.execute("DELETE FROM attempt WHERE digest = ?", [self.digest(name)])

    def failures(self, name: str) -> int:
        """Return how many attempts a counter has counted since it was cleared."""
        row = self._store.row("SELECT failures FROM attempt WHERE digest = ?", [self.digest(name)])
        return int(row[0]) if row else 0


def until(failures: int, at: dt.datetime, free: int = FREE_FAILURES, longest: dt.timedelta = LONGEST_WAIT) -> str:
    """Return when the next attempt is checked, as ISO 8601; '' for at once.

    >>> until(4, dt.datetime(2024, 1, 1)), until(7, dt.datetime(2024, 1, 1))
    ('', '2024-01-01T00:00:04')
    """
    beyond = failures - free
    if beyond < 0:
        return ""
    return (at + min(longest, dt.timedelta(seconds=2 ** min(beyond, 12)))).isoformat()
