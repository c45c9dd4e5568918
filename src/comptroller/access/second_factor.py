"""The second factor: codes of a device by time (RFC 6238), and sign-ins that wait for a code.

- A code counts once, and only within half a minute of its time.
- Wrong codes make the next one wait, longer each time; a right password does not shorten the wait.
- Recovery codes replace a lost device: drawn together, shown once, stored as salted digests, each valid once.
- Secrets are stored encrypted by the caller; of a sign-in that waits only a digest is stored.
"""

import base64
import datetime as dt
import hmac
from collections.abc import Callable, Sequence
from hashlib import sha256
from urllib.parse import quote, urlencode

from comptroller.access.throttle import until
from comptroller.store.sqlite import Sqlite, Value

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS factor (login TEXT PRIMARY KEY, kept TEXT NOT NULL, is_on INTEGER NOT NULL,
    last_step INTEGER NOT NULL, failures INTEGER NOT NULL, waits_until TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS half (digest TEXT PRIMARY KEY, login TEXT NOT NULL, back TEXT NOT NULL,
    made_at TEXT NOT NULL) STRICT""",
    "CREATE TABLE IF NOT EXISTS recovery (login TEXT, salt TEXT, digest TEXT, PRIMARY KEY (login, digest)) STRICT",
)
STEP_SECONDS, DIGITS, SECRET_BYTES = 30, 6, 20
RECOVERY_CODES, RECOVERY_BYTES = 10, 10
LONGEST_HALF = dt.timedelta(minutes=5)


def code_of(secret: bytes, step: int, digits: int = DIGITS, digest: str = "sha1") -> str:
    """Return the code of a time step (RFC 4226, RFC 6238).

    >>> code_of(b"12345678901234567890", 59 // 30, 8)
    '94287082'
    """
    mac = hmac.digest(secret, step.to_bytes(8, "big"), digest)
    place = mac[-1] & 15
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(at: dt.datetime) -> int:
    """Return the time step of an instant."""
    return int(at.timestamp()) // STEP_SECONDS


def shown(secret: bytes) -> str:
    """Return a secret in the form that a device accepts.

    >>> shown(b"12345678901234567890")
    'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    """
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, login: str, named: str) -> str:
    """Return a secret as an address that opens an authenticator."""
    return f"otpauth://totp/{quote(f'{named}:{login}')}?{urlencode({'secret': shown(secret), 'issuer': named})}"


def recovery_codes(chance: Sequence[str]) -> list[str]:
    """Return a recovery code, 80 bits in four groups, from each of some unguessable secrets.

    >>> recovery_codes(["a secret"])
    ['TBGK-KFRC-ABZU-YWJB']
    """
    plain = [base64.b32encode(sha256(text.encode()).digest()[:RECOVERY_BYTES]).decode() for text in chance]
    return ["-".join(text[i : i + 4] for i in range(0, 16, 4)) for text in plain]


def is_recovery(typed: str) -> bool:
    """Return whether a typed text has the form of a recovery code.

    >>> is_recovery("kvyp aloz y23v 6rcy"), is_recovery("123 456")
    (True, False)
    """
    return len(_plain(typed)) > DIGITS + 2


def _plain(typed: str) -> str:
    return typed.replace("-", "").replace(" ", "").upper()


class SecondFactors:
    """Two tables of the accounts' file, on the connection of the caller."""

    def __init__(self, store: Sqlite) -> None:
        """Store the open file, and make the missing tables."""
        self._store = store
        for statement in SCHEMA:
            store.execute(statement)

    def offer(self, login: str, sealed: str) -> None:
        """Store a new secret for a user; it counts after its first right code. An active secret stays unchanged."""
        self._store.execute(
            "INSERT INTO factor VALUES (?, ?, 0, 0, 0, '') ON CONFLICT (login) DO UPDATE SET kept = excluded.kept, last_step = 0"
            " WHERE is_on = 0",
            [login, sealed],
        )

    def kept(self, login: str) -> str:
        """Return a user's secret in its encrypted form, or ''."""
        row = self._store.row("SELECT kept FROM factor WHERE login = ?", [login])
        return str(row[0]) if row else ""

    def renew(self, renewed: Callable[[str], str]) -> None:
        """Write each secret again as `renewed` returns it, if the text differs."""
        for login, sealed in self._store.rows("SELECT login, kept FROM factor ORDER BY login"):
            if (text := renewed(str(sealed))) != sealed:
                self._store.execute("UPDATE factor SET kept = ? WHERE login = ? AND kept = ?", [text, login, sealed])

    def is_on(self, login: str) -> bool:
        """Return whether a user's sign-in requires a code."""
        row = self._store.row("SELECT is_on FROM factor WHERE login = ?", [login])
        return bool(row and row[0])

    def logins(self) -> frozenset[str]:
        """Return the logins of users that sign in with a code."""
        return frozenset(str(row[0]) for row in self._store.rows("SELECT login FROM factor WHERE is_on = 1"))

    def check(self, login: str, secret: bytes, said: str, at: dt.datetime) -> bool:
        """Return whether that is a current unused code, and mark it as used; False within the wait after wrong codes.

        Reading and counting are one transaction: of simultaneous codes one counts. A first right code turns the factor
        on.
        """
        now, typed = step_of(at), said.replace(" ", "").encode("utf-8", "surrogatepass")
        fit = [s for s in (now - 1, now, now + 1) if hmac.compare_digest(code_of(secret, s).encode(), typed)]
        with self._store.transaction():
            row = self._store.row("SELECT last_step, failures, waits_until FROM factor WHERE login = ?", [login])
            if row is None or (row[2] and at < dt.datetime.fromisoformat(row[2])):
                return False
            if not fit or fit[0] <= row[0]:
                self._failed(login, row[1] + 1, at)
                return False
            self._store.execute(
                "UPDATE factor SET is_on = 1, last_step = ?, failures = 0, waits_until = '' WHERE login = ?",
                [fit[-1], login],
            )
        return True

    def renew_recovery(self, login: str, codes: Sequence[str], salt: str) -> None:
        """Store recovery codes in place of a user's earlier ones; only digests under the salt are stored."""
        with self._store.transaction():
            self._store.execute("DELETE FROM recovery WHERE login = ?", [login])
            for code in codes:
                digest = _digest(salt + _plain(code))
                self._store.execute("INSERT INTO recovery VALUES (?, ?, ?)", [login, salt, digest])

    def recovery_left(self, login: str) -> int:
        """Return how many unused recovery codes a user has."""
        row = self._store.row("SELECT count(*) FROM recovery WHERE login = ?", [login])
        return int(row[0]) if row else 0

    def recover(self, login: str, typed: str, at: dt.datetime) -> bool:
        """Return whether that is a recovery code of the user, and mark it as used; wrong ones make the next one
        wait.
        """
        with self._store.transaction():
            row = self._store.row("SELECT failures, waits_until FROM factor WHERE login = ? AND is_on = 1", [login])
            if row is None or (row[1] and at < dt.datetime.fromisoformat(row[1])):
                return False
            salts = list(self._store.rows("SELECT DISTINCT salt FROM recovery WHERE login = ?", [login]))
            used = 0
            for (salt,) in salts:
                digest = _digest(str(salt) + _plain(typed))
                used += self._store.execute("DELETE FROM recovery WHERE login = ? AND digest = ?", [login, digest])
            if not used:
                self._failed(login, row[0] + 1, at)
                return False
            self._store.execute("UPDATE factor SET failures = 0, waits_until = '' WHERE login = ?", [login])
        return True

    def _failed(self, login: str, failures: int, at: dt.datetime) -> None:
        values: list[Value] = [failures, until(failures, at), login]
        self._store.execute("UPDATE factor SET failures = ?, waits_until = ? WHERE login = ?", values)

    def end(self, login: str) -> bool:
        """Remove a user's factor; return whether an active one was removed."""
        with self._store.transaction():
            was = self.is_on(login)
            self._store.execute("DELETE FROM factor WHERE login = ?", [login])
            self._store.execute("DELETE FROM recovery WHERE login = ?", [login])
        return was

    def begin_half(self, secret: str, login: str, back: str, at: dt.datetime) -> None:
        """Store that the right password was entered in a browser with that secret, and that a code is still
        required.
        """
        with self._store.transaction():
            self._store.execute("DELETE FROM half WHERE made_at < ?", [(at - LONGEST_HALF).isoformat()])
            self._store.execute("INSERT INTO half VALUES (?, ?, ?, ?)", [_digest(secret), login, back, at.isoformat()])

    def half(self, secret: str, at: dt.datetime) -> tuple[str, str] | None:
        """Return the login that must still enter a code in that browser, and its target page; None if none is
        waiting.
        """
        row = self._store.row("SELECT login, back, made_at FROM half WHERE digest = ?", [_digest(secret)])
        if row is None or at - dt.datetime.fromisoformat(row[2]) >= LONGEST_HALF:
            return None
        return str(row[0]), str(row[1])

    def end_half(self, secret: str) -> bool:
        """Remove a sign-in that waited for a code; return whether this call did."""
        return self._store.execute("DELETE FROM half WHERE digest = ?", [_digest(secret)]) > 0


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
