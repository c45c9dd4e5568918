"""External identities: subjects of an OpenID provider linked to accounts, and sign-ins in progress.

- A subject is linked by an administrator alone, to one account; its rights follow from that account's grants.
- Of a sign-in in progress only the digest of the browser's secret is stored; it can be completed once.
"""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256

from comptroller.store.sqlite import Sqlite

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS identity (issuer TEXT NOT NULL, subject TEXT NOT NULL, login TEXT NOT NULL,
    made_at TEXT NOT NULL, PRIMARY KEY (issuer, subject)) STRICT""",
    """CREATE TABLE IF NOT EXISTS under_way (digest TEXT PRIMARY KEY, back TEXT NOT NULL, made_at TEXT NOT NULL)
    STRICT""",
)
LONGEST_WAY = dt.timedelta(minutes=10)
MOST_UNDER_WAY = 10_000


@dataclass(frozen=True, slots=True)
class Identity:
    """A subject of a provider, and the account that it opens."""

    issuer: str
    subject: str
    login: str


class Identities:
    """Two tables of the accounts' file, on the connection of the caller."""

    def __init__(self, store: Sqlite) -> None:
        """Store the open file, and make the missing tables."""
        self._store = store
        for statement in SCHEMA:
            store.execute(statement)

    def link(self, identity: Identity, at: dt.datetime) -> bool:
        """Add a link of a subject to an account; return whether it was added: a linked subject stays unchanged."""
        added = self._store.execute(
            "INSERT INTO identity VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [identity.issuer, identity.subject, identity.login, at.isoformat()],
        )
        return added > 0

    def end(self, issuer: str, subject: str) -> str:
        """Remove a link and every session of the account; return the login, or ''."""
        with self._store.transaction():
            login = self.login(issuer, subject)
            self._store.execute("DELETE FROM identity WHERE issuer = ? AND subject = ?", [issuer, subject])
            self._store.execute("DELETE FROM session WHERE login = ?", [login])
        return login

    def login(self, issuer: str, subject: str) -> str:
        """Return the login of the account that a subject opens, or ''."""
        row = self._store.row("SELECT login FROM identity WHERE issuer = ? AND subject = ?", [issuer, subject])
        return str(row[0]) if row else ""

    def all(self) -> list[Identity]:
        """Return every link, by account."""
        sql = "SELECT issuer, subject, login FROM identity ORDER BY login, issuer, subject"
        return [Identity(*row) for row in self._store.rows(sql)]

    def begin(self, secret: str, back: str, at: dt.datetime) -> None:
        """Store that a browser with that secret went to the provider; the oldest of many are deleted."""
        with self._store.transaction():
            self._store.execute("DELETE FROM under_way WHERE made_at < ?", [(at - LONGEST_WAY).isoformat()])
            self._store.execute(
                "DELETE FROM under_way WHERE digest IN (SELECT digest FROM under_way ORDER BY made_at DESC LIMIT -1 OFFSET ?)",
                [MOST_UNDER_WAY],
            )
            self._store.execute("INSERT INTO under_way VALUES (?, ?, ?)", [_digest(secret), back, at.isoformat()])

    def finish(self, secret: str, at: dt.datetime) -> str | None:
        """Return the target page of the browser, once; None if it never went, came back before, or took too long."""
        with self._store.transaction():
            row = self._store.row("SELECT back, made_at FROM under_way WHERE digest = ?", [_digest(secret)])
            self._store.execute("DELETE FROM under_way WHERE digest = ?", [_digest(secret)])
        if row is None or at - dt.datetime.fromisoformat(row[1]) >= LONGEST_WAY:
            return None
        return str(row[0])


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
