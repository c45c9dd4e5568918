"""The tables of a ledger's file, the signed charter that names it, and the test that a file is a ledger.

`entry` is the source; `tile` and `entry_by_payload` can be computed from it again; `checkpoint` is what was signed.
"""

from dataclasses import dataclass
from datetime import datetime

from comptroller.ledger.checkpoint import NoteRefused, open_note, sign_note, split_note
from comptroller.ledger.entry import instant_from, instant_micros, instant_text
from comptroller.ledger.key import KeyRefused, SignerKey, VerifierKey
from comptroller.store.sqlite import Row, Sqlite, StoreDown

FORMAT = "comptroller.ledger/1"
FILE_MARK = 0x434C4731  # "CLG1", in the file's head, so that `file` and `open` know it.

_TABLES = {
    "charter": "CREATE TABLE charter (text BLOB NOT NULL) STRICT",
    "entry": (
        "CREATE TABLE entry (number INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, payload_key INTEGER NOT NULL, "
        "leaf BLOB NOT NULL, header BLOB NOT NULL, payload BLOB) STRICT"
    ),
    "blob": "CREATE TABLE blob (sha256 BLOB PRIMARY KEY, content BLOB NOT NULL) STRICT",
    "checkpoint": "CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT",
    "tile": (
        "CREATE TABLE tile (level INTEGER NOT NULL, place INTEGER NOT NULL, hashes BLOB NOT NULL, "
        "PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID"
    ),
    "entry_by_payload": "CREATE INDEX entry_by_payload ON entry (payload_key)",
}


class BrokenChain(Exception):
    """The ledger is broken: another kind of file, a part missing, or a root that does not follow.

    `verify` names the place in the file. Nothing is written to a broken ledger.
    """


@dataclass(frozen=True, slots=True)
class LedgerCharter:
    """The ledger's own description, signed when it is made: its origin, its verifier key, and its first instant."""

    origin: str
    key: VerifierKey
    created_at: datetime


def make_tables(store: Sqlite, origin: str, key: SignerKey, at: datetime) -> None:
    """Write the empty tables and the charter; raises ValueError for an origin that is not the key's name."""
    if key.name != origin:
        raise ValueError(f"the key is named {key.name!r}; it must bear the ledger's origin, {origin!r}")
    body = f"{FORMAT}\n{origin}\n{instant_text(instant_micros(at))}\n{key.verifier}\n"
    for sql in _TABLES.values():
        store.execute(sql)
    store.execute("INSERT INTO charter VALUES (?)", (sign_note(body, key).encode(),))
    store.execute(f"PRAGMA application_id={FILE_MARK}")


def read_charter(store: Sqlite) -> LedgerCharter:
    """Return the charter, checked against its own key. Raises BrokenChain for a file that is not a ledger of
    this format.
    """
    _check_tables(store)
    rows = list(store.rows("SELECT text FROM charter"))
    if len(rows) != 1 or not isinstance(rows[0][0], bytes):
        raise BrokenChain(f"charter: saw {len(rows)} rows, expected one")
    try:
        text = rows[0][0].decode()
        lines = split_note(text)[0].split("\n")
        if len(lines) != 5 or lines[0] != FORMAT:
            raise BrokenChain(f"charter: saw {lines[0]!r}, expected {FORMAT!r}")
        key = VerifierKey.parse(lines[3])
        open_note(text, key)
        created_at = datetime.fromisoformat(lines[2])
    except (NoteRefused, KeyRefused, ValueError) as fault:
        raise BrokenChain(f"charter: {fault}") from fault
    if key.name != lines[1] or instant_text(instant_micros(created_at)) != lines[2]:
        raise BrokenChain("charter: its origin is not its key's name, or its instant is misspelt")
    return LedgerCharter(lines[1], key, instant_from(instant_micros(created_at)))


def _check_tables(store: Sqlite) -> None:
    mark = store.row("PRAGMA application_id")
    if mark != (FILE_MARK,):
        raise BrokenChain(f"{store.path} is not a ledger: saw mark {mark}, expected {FILE_MARK}")
    actual: list[Row] = sorted(store.rows("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"), key=repr)
    expected = sorted(_TABLES.items(), key=repr)
    if actual != expected:
        odd = [row for row in actual if row not in expected] or [row for row in expected if row not in actual]
        raise BrokenChain(f"tables: saw other than expected, first at {odd[:1]}")


def check_pages(store: Sqlite) -> str:
    """Have the engine check its own pages and indexes; returns '' or the first thing found wrong."""
    try:
        answer = store.row("PRAGMA integrity_check(1)")
    except StoreDown as fault:
        return str(fault)
    return "" if answer == ("ok",) else str(answer[0] if answer else "nothing was said")
