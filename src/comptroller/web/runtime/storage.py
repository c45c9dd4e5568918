"""The desk's own store, one SQLite file.

It holds saved views and queries, answers to reports by key, webhooks, proposals, and acts that wait. It also holds
authority checks that the ledger does not have yet. It holds no truth about the world: that is in the ledger.
"""

from collections.abc import Sequence
from pathlib import Path

from comptroller.store.sqlite import Row, Sqlite, Value, connect

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS saved (login TEXT, page TEXT, name TEXT, said TEXT, PRIMARY KEY (login, page, name)) STRICT",
    "CREATE TABLE IF NOT EXISTS answered (login TEXT, key TEXT, digest TEXT, answer TEXT, at TEXT, PRIMARY KEY (login, key)) STRICT",
    "CREATE TABLE IF NOT EXISTS hook (hook TEXT PRIMARY KEY, login TEXT, url TEXT, secret TEXT, failures INTEGER) STRICT",
    "CREATE TABLE IF NOT EXISTS hook_message (message TEXT PRIMARY KEY, hook TEXT, body TEXT, tries INTEGER, due TEXT) STRICT",
    """CREATE TABLE IF NOT EXISTS refused (number INTEGER PRIMARY KEY, at TEXT, login TEXT, reporter TEXT, name TEXT,
    media TEXT, kind TEXT, refusals TEXT, payload BLOB) STRICT""",
    "CREATE TABLE IF NOT EXISTS owed_advice (advice TEXT PRIMARY KEY, fact TEXT) STRICT",
    "CREATE TABLE IF NOT EXISTS letter_file (hash TEXT PRIMARY KEY, pdf BLOB) STRICT",
    "CREATE TABLE IF NOT EXISTS line_key (line_key TEXT PRIMARY KEY, kept TEXT) STRICT",
    """CREATE TABLE IF NOT EXISTS proposal (proposal TEXT PRIMARY KEY, login TEXT, at TEXT, path TEXT, text TEXT,
    why TEXT, state TEXT, outcome TEXT, adopter TEXT) STRICT""",
    "CREATE TABLE IF NOT EXISTS shadow (proposal TEXT PRIMARY KEY, login TEXT, at TEXT, state TEXT, outcome TEXT) STRICT",
    """CREATE TABLE IF NOT EXISTS waiting_act (number INTEGER PRIMARY KEY, case_id TEXT, kind TEXT, name TEXT, line TEXT,
    office TEXT, login TEXT, at TEXT, fact TEXT) STRICT""",
)


class DeskStore:
    """The open file; only the thread that opened it may use it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it."""
        self._store: Sqlite = connect(path)
        for statement in _SCHEMA:
            self._store.execute(statement)

    def owe(self, advice: str, fact: str) -> None:
        """Store an answer of the authority check until the ledger has it; durable on return."""
        self._store.execute("INSERT OR REPLACE INTO owed_advice VALUES (?, ?)", [advice, fact])

    def owed(self) -> list[tuple[str, str]]:
        """Return the answers that the ledger may not have: number and fact, the oldest first."""
        rows = self._store.rows("SELECT advice, fact FROM owed_advice ORDER BY rowid")
        return [(str(number), str(fact)) for number, fact in rows]

    def settle(self, advices: Sequence[str]) -> None:
        """Remove answers that the ledger has."""
        with self._store.transaction():
            for advice in advices:
                self._store.execute("DELETE FROM owed_advice WHERE advice = ?", [advice])

    def saved(self, login: str, page: str) -> list[tuple[str, str]]:
        """Return what a user saved of a page: name and text."""
        sql = "SELECT name, said FROM saved WHERE login = ? AND page = ? ORDER BY name"
        return [(str(name), str(text)) for name, text in self._store.rows(sql, [login, page])]

    def save(self, login: str, page: str, name: str, text: str) -> None:
        """Store a view or a query under a name; '' as text removes it."""
        if text:
            self._store.execute("INSERT OR REPLACE INTO saved VALUES (?, ?, ?, ?)", [login, page, name, text])
        else:
            self._store.execute("DELETE FROM saved WHERE login = ? AND page = ? AND name = ?", [login, page, name])

    def answered(self, login: str, key: str) -> tuple[str, str] | None:
        """Return digest and answer of an earlier report under this key, or None."""
        row = self._store.row("SELECT digest, answer FROM answered WHERE login = ? AND key = ?", [login, key])
        return (str(row[0]), str(row[1])) if row else None

    def take_key(self, login: str, key: str, digest: str, answer: str, at: str) -> bool:
        """Take a key for a request; return whether this call took it: a key that is taken stays as it is."""
        sql = "INSERT INTO answered VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        return self._store.execute(sql, [login, key, digest, answer, at]) > 0

    def end_key(self, login: str, key: str) -> None:
        """Release a key that was not used."""
        self._store.execute("DELETE FROM answered WHERE login = ? AND key = ?", [login, key])

    def answer(self, login: str, key: str, digest: str, answer: str, at: str) -> None:
        """Store the answer to a report under its key."""
        self._store.execute("INSERT OR REPLACE INTO answered VALUES (?, ?, ?, ?, ?)", [login, key, digest, answer, at])

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[Row]:
        """Return rows of the store."""
        return list(self._store.rows(sql, values))

    def put(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Change the store; return the number of changed rows."""
        return self._store.execute(sql, values)
