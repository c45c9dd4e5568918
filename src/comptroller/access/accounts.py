"""The secrets of the console: passwords, sessions, tokens; one small SQLite file of the node, never in the ledger.

- Only digests are stored: a password by argon2id, sessions and tokens by SHA-256.
- A session ends after a time unused and at the latest at its end; signing out ends it at once.
- A new password or a new second factor ends the sessions and tokens from before it.
- Attempts are counted by client and name before they are checked, so no user can lock another one out.
- Every attempt costs the same work, so that names cannot be distinguished by time.
"""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from comptroller.access.handovers import Handovers
from comptroller.access.identities import Identities
from comptroller.access.names import folded, looks
from comptroller.access.second_factor import SecondFactors
from comptroller.access.throttle import Throttle
from comptroller.store.sqlite import Sqlite, connect

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS account (login TEXT PRIMARY KEY, password TEXT NOT NULL, failures INTEGER NOT NULL,
    waits_until TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, login TEXT NOT NULL, form_key TEXT NOT NULL,
    made_at TEXT NOT NULL, seen_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS token (digest TEXT PRIMARY KEY, name TEXT NOT NULL, login TEXT NOT NULL,
    scope TEXT NOT NULL, made_at TEXT NOT NULL, until TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS sign_in_name (looks TEXT PRIMARY KEY, folded TEXT NOT NULL UNIQUE, login TEXT NOT NULL)
    STRICT""",
    """CREATE TABLE IF NOT EXISTS device (digest TEXT NOT NULL, login TEXT NOT NULL, made_at TEXT NOT NULL,
    PRIMARY KEY (digest, login)) STRICT""",
)
IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=12)
FREE_FAILURES_OF_NAME, LONGEST_WAIT_OF_NAME = 1_000, dt.timedelta(seconds=10)
"""The slower limit on a name, over all clients together; browsers of earlier sign-ins are exempt."""
LONGEST_DEVICE, MOST_DEVICES = dt.timedelta(days=180), 20
LEAST_PASSWORD = 12
_ARGON = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_UNKNOWN_USER = _ARGON.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Session:
    """A live session: its user, and the CSRF key of its forms."""

    login: str
    form_key: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a machine: its name, the user that it acts for, and its most extensive rights."""

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
        self.identities, self.factors = Identities(self._store), SecondFactors(self._store)
        self.throttle, self.handovers = Throttle(self._store), Handovers(self._store)
        unnamed = "SELECT login FROM account WHERE login NOT IN (SELECT login FROM sign_in_name) ORDER BY login"
        for (login,) in list(self._store.rows(unnamed)):
            self.claim(str(login))

    def set_password(self, login: str, password: str) -> None:
        """Set a user's password; raises ValueError for a short one. Sessions, tokens and known browsers of the user end."""
        digest = _hashed(password)
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO account VALUES (?, ?, 0, '') ON CONFLICT (login) DO UPDATE SET password = excluded.password,"
                " failures = 0, waits_until = ''",
                [login, digest],
            )
            self._end_all(login)
        self.claim(login)

    def change_password(self, login: str, present: str, new: str) -> bool:
        """Set a new password in place of the present one, in one statement; return whether this call did.

        It ends everything that `set_password` ends.

        Raises:
            ValueError: the new password is too short.
        """
        row = self._store.row("SELECT password FROM account WHERE login = ?", [login])
        if row is None or not _is_right(str(row[0]), present):
            return False
        digest = _hashed(new)
        with self._store.transaction():
            sql = "UPDATE account SET password = ?, failures = 0, waits_until = '' WHERE login = ? AND password = ?"
            if not self._store.execute(sql, [digest, login, row[0]]):
                return False
            self._end_all(login)
        return True

    def _end_all(self, login: str) -> None:
        self._store.execute("DELETE FROM session WHERE login = ?", [login])
        self._store.execute("DELETE FROM token WHERE login = ?", [login])
        self._store.execute("DELETE FROM device WHERE login = ?", [login])

    def end_all(self, login: str) -> None:
        """End the sessions, tokens and known browsers of a user."""
        with self._store.transaction():
            self._end_all(login)

    def has_password(self, login: str) -> bool:
        """Return whether a user has a password here; a user of a provider alone has none."""
        return self._store.row("SELECT 1 FROM account WHERE login = ?", [login]) is not None

    def claim(self, login: str) -> bool:
        """Reserve a sign-in name for a login by its folded form and its shape; return whether the name belongs
        to that login.
        """
        name, shape = folded(login), looks(login)
        self._store.execute("INSERT INTO sign_in_name VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [shape, name, login])
        row = self._store.row("SELECT login FROM sign_in_name WHERE looks = ?", [shape])
        return row is not None and row[0] == login

    def login_of(self, typed: str) -> str:
        """Return the login that a typed name means: an exact one, else one with an equal folded form, else the
        folded name.
        """
        exact = self._store.row("SELECT login FROM account WHERE login = ?", [typed])
        alike = self._store.row("SELECT login FROM sign_in_name WHERE folded = ?", [folded(typed)])
        return str((exact or alike or (folded(typed),))[0])

    def check(self, login: str, password: str, at: dt.datetime, client: str = "", device: str = "") -> bool:
        """Return whether that is the user's password; an attempt within a wait is False for every password.

        The wait belongs to the name and the client, or to the name and the browser (`device`) of an earlier sign-in.
        Each attempt is counted before it is checked, and costs the same for every name.
        """
        is_known = self.knows(device, login, at)
        own = f"password {folded(login)} {'device ' + device if is_known else 'client ' + client}"
        of_name = f"password {folded(login)}"
        row = self._store.row("SELECT password FROM account WHERE login = ?", [login])
        with self._store.transaction():
            may_try = self.throttle.take(own, at)
            is_open = self.throttle.take(of_name, at, FREE_FAILURES_OF_NAME, LONGEST_WAIT_OF_NAME)
            self._store.execute("UPDATE account SET failures = failures + 1 WHERE login = ?", [login])
        is_right = _is_right(str(row[0]) if row else _UNKNOWN_USER, password)
        if not (may_try and (is_open or is_known) and is_right and row):
            return False
        with self._store.transaction():
            self.throttle.clear(own)
            self.throttle.clear(of_name)
            self._store.execute("UPDATE account SET failures = 0 WHERE login = ?", [login])
        return True

    def knows(self, device: str, login: str, at: dt.datetime) -> bool:
        """Return whether the user has signed in before in the browser with that secret."""
        sql = "SELECT 1 FROM device WHERE digest = ? AND login = ? AND made_at > ?"
        values = [_digest(device), login, (at - LONGEST_DEVICE).isoformat()]
        return self._store.row(sql, values) is not None and bool(device)

    def know(self, device: str, login: str, at: dt.datetime) -> None:
        """Store that the user signed in in the browser with that secret; the oldest of many are deleted."""
        with self._store.transaction():
            self._store.execute(
                "INSERT OR REPLACE INTO device VALUES (?, ?, ?)", [_digest(device), login, at.isoformat()]
            )
            self._store.execute(
                "DELETE FROM device WHERE login = ? AND digest NOT IN"
                " (SELECT digest FROM device WHERE login = ? ORDER BY made_at DESC LIMIT ?)",
                [login, login, MOST_DEVICES],
            )

    def open_session(self, login: str, secret: str, form_key: str, at: dt.datetime) -> None:
        """Start a session under a new secret; a value that a browser had before signing in is never reused."""
        with self._store.transaction():
            self._store.execute("DELETE FROM session WHERE made_at < ?", [(at - LONGEST).isoformat()])
            self._store.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                [_digest(secret), login, form_key, at.isoformat(), at.isoformat()],
            )

    def session(self, secret: str, at: dt.datetime, *, is_used: bool = True) -> Session | None:
        """Return the live session of a secret and store its use, if it was used; None if it ended or never existed."""
        digest = _digest(secret)
        row = self._store.row("SELECT login, form_key, made_at, seen_at FROM session WHERE digest = ?", [digest])
        if row is None:
            return None
        login, form_key, made, last_used = row
        made_at, seen_at = dt.datetime.fromisoformat(made), dt.datetime.fromisoformat(last_used)
        if at - made_at >= LONGEST or at - seen_at >= IDLE:
            self._store.execute("DELETE FROM session WHERE digest = ?", [digest])
            return None
        if is_used and at - seen_at >= dt.timedelta(minutes=1):
            self._store.execute("UPDATE session SET seen_at = ? WHERE digest = ?", [at.isoformat(), digest])
        return Session(login, form_key, made_at)

    def close_session(self, secret: str) -> bool:
        """End a session; return whether there was one."""
        return self._store.execute("DELETE FROM session WHERE digest = ?", [_digest(secret)]) > 0

    def renew_session(self, before: str, secret: str, form_key: str, at: dt.datetime) -> str:
        """End every session of the user of a live session and open a new one in its place, once; return the login or ''."""
        with self._store.transaction():
            row = self._store.row("SELECT login FROM session WHERE digest = ?", [_digest(before)])
            if row is None:
                return ""
            login, now = str(row[0]), at.isoformat()
            self._store.execute("DELETE FROM session WHERE login = ?", [login])
            values = [_digest(secret), login, form_key, now, now]
            self._store.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?)", values)
        return login

    def close_sessions(self, login: str) -> int:
        """End all sessions of a user; returns how many there were."""
        return self._store.execute("DELETE FROM session WHERE login = ?", [login])

    def sessions(self) -> list[tuple[str, str, str]]:
        """Return the sessions: login, start, last use."""
        sql = "SELECT login, made_at, seen_at FROM session ORDER BY seen_at DESC"
        return [(str(login), str(made), str(last_used)) for login, made, last_used in self._store.rows(sql)]

    def make_token(self, token: Token, secret: str, at: dt.datetime) -> None:
        """Store a token for a machine; the secret is shown once and never stored."""
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
        """Return the token of a secret; None if it ended or never existed."""
        valid = [token for token in self._tokens(" WHERE digest = ?", [_digest(secret)]) if at < token.until]
        return valid[0] if valid else None

    def tokens(self) -> list[Token]:
        """Return all tokens by digest; the digest can end a token."""
        return self._tokens("", [])

    def _tokens(self, where: str, values: list[str]) -> list[Token]:
        rows = self._store.rows(f"SELECT name, login, scope, until, digest FROM token{where} ORDER BY made_at", values)
        return [
            Token(name, login, frozenset(scope.split()), dt.datetime.fromisoformat(until), digest)
            for name, login, scope, until, digest in rows
        ]

    def end_token(self, digest: str) -> bool:
        """Remove a token by its digest; return whether there was one."""
        return self._store.execute("DELETE FROM token WHERE digest = ?", [digest]) > 0

    def end_tokens(self, login: str) -> int:
        """End all tokens of a user; return how many there were."""
        return self._store.execute("DELETE FROM token WHERE login = ?", [login])

    def close(self) -> None:
        """Close the file."""
        self._store.close()


def _hashed(password: str) -> str:
    if len(password) < LEAST_PASSWORD:
        raise ValueError(f"a password has at least {LEAST_PASSWORD} characters")
    return _ARGON.hash(password)


def _is_right(digest: str, password: str) -> bool:
    try:
        return _ARGON.verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
