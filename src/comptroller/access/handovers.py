"""Steps that an administrator begins for another user and that user alone completes: first passwords, tokens,
identities.

- A one-time link sets a password; an account with an existing sign-in needs a second proof.
- The second proof is a code of the second factor, or a code that another administrator releases.
- A token or an identity is an offer that its user accepts while signed in; the administrator sees no secret of it.
- Links and codes are stored as digests; each counts once.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from comptroller.store.sqlite import Sqlite

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS link (login TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, made_by TEXT NOT NULL,
    made_at TEXT NOT NULL, needs_proof INTEGER NOT NULL, release TEXT NOT NULL, tries INTEGER NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS offer (number INTEGER PRIMARY KEY, login TEXT NOT NULL, purpose TEXT NOT NULL,
    detail TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL, UNIQUE (login, purpose, detail)) STRICT""",
)
LONGEST_LINK, LONGEST_OFFER = dt.timedelta(days=3), dt.timedelta(days=14)
MOST_TRIES = 5
TOKEN, IDENTITY, FACTOR_END = "token", "identity", "factor_end"
IDENTITY_TWICE = "identity_twice"
"""The same identity offered by a second administrator: together they open an account that has no other sign-in."""


@dataclass(frozen=True, slots=True)
class Link:
    """An open one-time link: its account, its issuer, and whether a second proof is required."""

    login: str
    made_by: str
    made_at: dt.datetime
    needs_proof: bool
    is_released: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of an administrator to a user, with its details."""

    number: int
    login: str
    purpose: str
    made_by: str
    made_at: dt.datetime
    detail: dict[str, Any] = field(default_factory=dict)


class Handovers:
    """Links and offers in the file of accounts, on the connection of the thread that opened it."""

    def __init__(self, store: Sqlite) -> None:
        """Store the open file, and make the missing tables."""
        self._store = store
        for statement in SCHEMA:
            store.execute(statement)

    def issue(self, secret: str, login: str, made_by: str, at: dt.datetime, *, needs_proof: bool) -> None:
        """Store a one-time link for a user; it replaces the previous link."""
        self._store.execute(
            "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?, '', 0)",
            [login, _digest(secret), made_by, at.isoformat(), int(needs_proof)],
        )

    def links(self, at: dt.datetime) -> list[Link]:
        """Return the links that are open, the oldest first."""
        rows = self._store.rows(
            "SELECT login, made_by, made_at, needs_proof, release <> '' FROM link WHERE made_at > ? AND tries < ? ORDER BY made_at",
            [(at - LONGEST_LINK).isoformat(), MOST_TRIES],
        )
        return [
            Link(str(login), str(by), dt.datetime.fromisoformat(str(made)), bool(needs), bool(released))
            for login, by, made, needs, released in rows
        ]

    def link(self, secret: str, at: dt.datetime) -> Link | None:
        """Return the open link of a secret; None if there is none, or no longer."""
        row = self._store.row("SELECT login FROM link WHERE digest = ?", [_digest(secret)])
        return next((link for link in self.links(at) if row and link.login == row[0]), None)

    def release(self, login: str, code: str, made_by: str) -> bool:
        """Set the code for the release of a link by another administrator, once; return whether it was set."""
        changed = self._store.execute(
            "UPDATE link SET release = ? WHERE login = ? AND made_by = ? AND release = '' AND needs_proof = 1",
            [_digest(plain(code)), login, made_by],
        )
        return changed > 0

    def fits(self, secret: str, code: str) -> bool:
        """Count an attempt with a released code and return whether it is right; a few wrong ones end the link."""
        digest = _digest(secret)
        self._store.execute("UPDATE link SET tries = tries + 1 WHERE digest = ?", [digest])
        row = self._store.row(
            "SELECT 1 FROM link WHERE digest = ? AND release = ? AND tries <= ?",
            [digest, _digest(plain(code)), MOST_TRIES],
        )
        return row is not None

    def use(self, secret: str) -> bool:
        """Remove a link by using it; return whether this call did."""
        return self._store.execute("DELETE FROM link WHERE digest = ?", [_digest(secret)]) > 0

    def end_link(self, login: str) -> bool:
        """End the link of a user; return whether there was one."""
        return self._store.execute("DELETE FROM link WHERE login = ?", [login]) > 0

    def offer(self, login: str, purpose: str, detail: dict[str, Any], made_by: str, at: dt.datetime) -> bool:
        """Store an offer to a user; return False if the same offer is already open."""
        with self._store.transaction():
            self._store.execute("DELETE FROM offer WHERE made_at < ?", [(at - LONGEST_OFFER).isoformat()])
            text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
            added = self._store.execute(
                "INSERT INTO offer (login, purpose, detail, made_by, made_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [login, purpose, text, made_by, at.isoformat()],
            )
        return added > 0

    def offers(self, at: dt.datetime, login: str = "") -> list[Offer]:
        """Return the open offers, of one user or of all, the oldest first."""
        rows = self._store.rows(
            "SELECT number, login, purpose, made_by, made_at, detail FROM offer WHERE made_at > ? AND (? = '' OR login = ?)"
            " ORDER BY number",
            [(at - LONGEST_OFFER).isoformat(), login, login],
        )
        return [
            Offer(int(n), str(who), str(what), str(by), dt.datetime.fromisoformat(str(made)), json.loads(str(detail)))
            for n, who, what, by, made, detail in rows
        ]

    def settle(self, number: int) -> bool:
        """Remove an offer as it is accepted or declined; return whether this call did."""
        return self._store.execute("DELETE FROM offer WHERE number = ?", [number]) > 0


def plain(code: str) -> str:
    """Return a code in the form for comparison.

    >>> plain("ab-cd ef")
    'ABCDEF'
    """
    return code.replace("-", "").replace(" ", "").upper()


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
