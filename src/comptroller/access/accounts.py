"""The secrets of the desk: passwords, sessions, tokens; one small SQLite file of the node, never in the ledger.

- Only digests are kept: a password by argon2id, sessions and tokens by SHA-256.
- A session ends after a while unused and at the latest at its end; signing out ends it at once.
- Who fails to sign in waits, longer with each failure.
"""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from comptroller.access.factors import Factors
from comptroller.access.identities import Identities
from comptroller.store.sqlite import Sqlite, connect

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS account (login TEXT PRIMARY KEY, password TEXT NOT NULL, failures INTEGER NOT NULL,
    waits_until TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, login TEXT NOT NULL, form_key TEXT NOT NULL,
    made_at TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS token (digest TEXT PRIMARY KEY, name TEXT NOT NULL, login TEXT NOT NULL,
    scope TEXT NOT NULL, made_at TEXT NOT NULL, until TEXT NOT NULL) STRICT""",
)
IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=12)
FREE_FAILURES, LONGEST_WAIT = 5, dt.timedelta(minutes=15)
LEAST_PASSWORD = 12
_ARGON = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _ARGON.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is alive: whose it is, and the key that forms of it carry."""

    login: str
    form_key: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a machine: its name, for whom it acts, and what it may do at most."""

    name: str
    login: str
    scope: frozenset[str]
    until: dt.datetime
    digest: str = ""


class Accounts:
    """The open file; it belongs to the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        self._store: Sqlite = connect(path)
        for statement in _SCHEMA:
            self._store.execute(statement)
        self.identities, self.factors = Identities(self._store), Factors(self._store)

    def set_password(self, login: str, password: str) -> None:
        """Give a user a password; refuses (ValueError) one that is short. All sessions of the user end."""
        if len(password) < LEAST_PASSWORD:
            raise ValueError(f"a password has at least {LEAST_PASSWORD} characters")
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO account VALUES (?, ?, 0, '') ON CONFLICT (login) DO UPDATE SET password = excluded.password,"
                " failures = 0, waits_until = ''",
                [login, _ARGON.hash(password)],
            )
            self._store.execute("DELETE FROM session WHERE login = ?", [login])

    def has_password(self, login: str) -> bool:
        """Say whether a user has a password here; who signs in through a provider alone has none."""
        return self._store.row("SELECT 1 FROM account WHERE login = ?", [login]) is not None

    def check(self, login: str, password: str, at: dt.datetime) -> bool:
        """Say whether that is the user's password; a user who failed often is not heard before the wait is over.

        It takes as long for a name that nobody has, so that names cannot be tried out.
        """
        row = self._store.row("SELECT password, failures, waits_until FROM account WHERE login = ?", [login])
        kept, failures, waits = row or (_NOBODY, 0, "")
        if waits and at < dt.datetime.fromisoformat(waits):
            return False
        try:
            _ARGON.verify(kept, password)
        except (VerificationError, InvalidHashError):
            self._failed(login, failures + 1, at)
            return False
        self._store.execute("UPDATE account SET failures = 0, waits_until = '' WHERE login = ?", [login])
        return row is not None

    def _failed(self, login: str, failures: int, at: dt.datetime) -> None:
        beyond = failures - FREE_FAILURES
        wait = min(LONGEST_WAIT, dt.timedelta(seconds=2 ** min(beyond, 10))) if beyond >= 0 else dt.timedelta()
        until = (at + wait).isoformat() if wait else ""
        self._store.execute(
            "UPDATE account SET failures = ?, waits_until = ? WHERE login = ?", [failures, until, login]
        )

    def open_session(self, login: str, secret: str, form_key: str, at: dt.datetime) -> None:
        """Begin a session under a new secret; what a browser brought before signing in is never taken up."""
        with self._store.transaction():
            self._store.execute("DELETE FROM session WHERE made_at < ?", [(at - LONGEST).isoformat()])
            self._store.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                [_digest(secret), login, form_key, at.isoformat(), at.isoformat()],
            )

    def session(self, secret: str, at: dt.datetime, *, is_used: bool = True) -> Session | None:
        """Give the live session of a secret and note that it was used, if it was; None where it ended or never was."""
        digest = _digest(secret)
        row = self._store.row("SELECT login, form_key, made_at, seen_at FROM session WHERE digest = ?", [digest])
        if row is None:
            return None
        login, form_key, made, seen = row
        made_at, seen_at = dt.datetime.fromisoformat(made), dt.datetime.fromisoformat(seen)
        if at - made_at >= LONGEST or at - seen_at >= IDLE:
            self._store.execute("DELETE FROM session WHERE digest = ?", [digest])
            return None
        if is_used and at - seen_at >= dt.timedelta(minutes=1):
            self._store.execute("UPDATE session SET seen_at = ? WHERE digest = ?", [at.isoformat(), digest])
        return Session(login, form_key, made_at)

    def close_session(self, secret: str) -> None:
        """End a session."""
        self._store.execute("DELETE FROM session WHERE digest = ?", [_digest(secret)])

    def close_sessions(self, login: str) -> int:
        """End all sessions of a user; gives how many there were."""
        return self._store.execute("DELETE FROM session WHERE login = ?", [login])

    def sessions(self) -> list[tuple[str, str, str]]:
        """Give who is signed in: login, since when, last seen."""
        sql = "SELECT login, made_at, seen_at FROM session ORDER BY seen_at DESC"
        return [(str(login), str(made), str(seen)) for login, made, seen in self._store.rows(sql)]

    def make_token(self, token: Token, secret: str, at: dt.datetime) -> None:
        """Keep a token for a machine; the secret is told once and never kept."""
        self._store.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?)",
            [
                _digest(secret),
                token.name,
                token.login,
                " ".join(sorted(token.scope)),
                at.isoformat(),
                token.until.isoformat(),
            ],
        )

    def token(self, secret: str, at: dt.datetime) -> Token | None:
        """Give the token of a secret; None where it has ended or never was."""
        found = [one for one in self._tokens(" WHERE digest = ?", [_digest(secret)]) if at < one.until]
        return found[0] if found else None

    def tokens(self) -> list[Token]:
        """Give all tokens, each under its digest, by which it can be ended."""
        return self._tokens("", [])

    def _tokens(self, where: str, values: list[str]) -> list[Token]:
        rows = self._store.rows(f"SELECT name, login, scope, until, digest FROM token{where} ORDER BY made_at", values)
        return [
            Token(name, login, frozenset(scope.split()), dt.datetime.fromisoformat(until), digest)
            for name, login, scope, until, digest in rows
        ]

    def end_token(self, digest: str) -> bool:
        """End a token by its digest; says whether there was one."""
        return self._store.execute("DELETE FROM token WHERE digest = ?", [digest]) > 0

    def close(self) -> None:
        """Close the file."""
        self._store.close()


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
