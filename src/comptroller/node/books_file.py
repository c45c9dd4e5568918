"""The books' file: opened, dropped, and held against the ledger that it was folded from."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from comptroller.books.facts.tables import FIXED
from comptroller.evaluation.findings import COLUMNS
from comptroller.ledger.reader import LedgerReader
from comptroller.model.finding import SUSPENDED
from comptroller.model.kind import STAMPS
from comptroller.model.refusal import BrokenLedger, Refusal, Refused, refusal
from comptroller.node.files import BOOKS
from comptroller.node.lock import busy
from comptroller.store.duck import DuckDb, SqlError

NEW_BOOKS = f"{BOOKS}.unfinished"
_NO_DAMAGE = frozenset({"OutOfMemoryException", "ConnectionException", "InterruptException"})
_LAYOUT = sha256(json.dumps([FIXED, SUSPENDED, STAMPS, COLUMNS]).encode()).hexdigest()[:16]
"""Names how the books' tables are laid out, so that books of another version are folded again and not misread."""


def open_books(folder: Path, name: str = BOOKS) -> DuckDb:
    """Open the books. Raises Refused where another program has them open, or where they are damaged."""
    before = os.umask(0o077)
    try:
        return DuckDb(folder / name)
    except SqlError as error:
        fault_line = str(error).splitlines()[0]
        if "could not set lock" in fault_line.lower():
            raise Refused([busy(folder, fault_line)]) from error
        raise Refused([damaged(fault_line)]) from error
    finally:
        os.umask(before)


def damaged(fault: object) -> Refusal:
    """Return the refusal of books that cannot be read."""
    return refusal("node.books", (BOOKS, None, ""), fault)


def damaged_store(path: Path, fault: object) -> Refusal:
    """Return the refusal of a small store of the node, such as its accounts, that cannot be read or written."""
    return refusal("node.store", (str(path), None, ""), fault)


@contextmanager
def reading() -> Iterator[None]:
    """Turn what damaged or foreign books raise when they are read into their refusal; faults of the process stay what they are."""
    try:
        yield
    except SqlError as fault:
        if type(fault).__name__ in _NO_DAMAGE:
            raise
        raise Refused([damaged(str(fault).splitlines()[0])]) from fault
    except (IndexError, TypeError, KeyError, LookupError, OverflowError) as fault:
        raise Refused([damaged(f"{type(fault).__name__}: {fault}")]) from fault


def folded(duck: DuckDb) -> tuple[int, int]:
    """Return the last entry that is folded into the books and the entry of their policy; 0 and 1 for empty books.

    Raises Refused for books with missing tables, and for books with the tables of another version: entries folded into
    them would be wrong.
    """
    tables = {str(name) for (name,) in duck.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")}
    if not tables:
        duck.execute(f"CREATE TABLE laid_out AS SELECT '{_LAYOUT}' AS layout")
        return 0, 1
    layout = duck.rows("SELECT layout FROM laid_out")[0][0] if "laid_out" in tables else "-"
    if layout != _LAYOUT:
        raise Refused([refusal("node.layout", (BOOKS, None, "laid_out"), layout, layout=_LAYOUT)])
    entries, policy = (0, 1) if "position" not in tables else duck.rows("SELECT entries, policy FROM position")[0]
    gone = sorted({"position", "finding", "suspended_rule"} - tables) if entries or "position" not in tables else []
    if gone and tables != {"laid_out"}:
        raise Refused([refusal("node.books", (BOOKS, None, ", ".join(gone)), "-")])
    return int(entries), int(policy)


def check_books(duck: DuckDb, ledger: LedgerReader) -> tuple[int, int]:
    """Return the result of `folded` after a check against the ledger: the root in the books must be the ledger's.

    Raises BrokenLedger for books that are ahead of the ledger, Refused for books of another history or position.
    """
    entries, policy = folded(duck)
    if entries == 0:
        return entries, policy
    size = ledger.size
    if entries > size:
        seen = f"the ledger ends at entry {size}"
        raise BrokenLedger([refusal("node.books_ahead", (BOOKS, None, ""), seen, entries=entries)])
    if duck.rows("SELECT mark FROM position") != [(books_mark(duck, ledger, entries),)]:
        seen = "books of another history, or with another position"
        raise Refused([refusal("node.books_other", (BOOKS, None, "position"), seen, entries=entries)])
    return entries, policy


def books_mark(duck: DuckDb, ledger: LedgerReader, entries: int) -> str:
    """Return the mark of books that are folded to an entry: a digest of their position and of the ledger's root there."""
    position = duck.rows("SELECT entries, batches, policy, pack FROM position")
    return sha256(json.dumps([position, ledger.checkpoint(entries).root.hex()]).encode()).hexdigest()


def drop_books(folder: Path, name: str = BOOKS) -> None:
    """Remove the books, so that they are folded again; the ledger is not touched."""
    for path in (folder / name, folder / f"{name}.wal"):
        path.unlink(missing_ok=True)
