"""A node opened: its lock, its ledger held against its witnesses, its books. Nothing is dropped before the lock is taken."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakSet

from comptroller.ledger.acts import ERASURE, Erasure, acts_of
from comptroller.ledger.checkpoint import Checkpoint
from comptroller.ledger.entry import Entry, payload_digest
from comptroller.ledger.key import SignerKey
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.schema import BrokenChain
from comptroller.ledger.witness import WitnessFile
from comptroller.model.refusal import BrokenLedger, Refused, refusal
from comptroller.node.books_file import NEW_BOOKS, drop_books, folded, open_books
from comptroller.node.files import BOOKS, KEY, LEDGER, WITNESS, Charter, make_private
from comptroller.node.keys import read_charter, read_key, write_charter
from comptroller.node.lock import NodeLock
from comptroller.node.loss import Loss, compare_with_witnesses
from comptroller.store.duck import DuckDb, SqlError
from comptroller.store.sqlite import StoreDown


@dataclass(eq=False)
class Stores:
    """The open files of a node that one process works on; `close` releases them."""

    folder: Path
    charter: Charter
    lock: NodeLock
    ledger: Ledger
    witnesses: tuple[WitnessFile, ...] = ()
    books: list[DuckDb] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Join the nodes that this process has open."""
        _OPEN.add(self)

    @property
    def duck(self) -> DuckDb:
        """The open books."""
        return self.books[-1]

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Close everything where what is inside fails."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the stores, then release the lock; twice is harmless."""
        for duck in self.books:
            duck.close()
        self.ledger.close()
        for witness in self.witnesses:
            witness.close()
        self.lock.release()
        _OPEN.discard(self)


_OPEN: "WeakSet[Stores]" = WeakSet()


def open_stores() -> frozenset[Stores]:
    """Return the nodes that this process has open, so that a command that fails can close its own."""
    return frozenset(_OPEN)


def begin(folder: Path, charter: Charter, key: SignerKey, at: dt.datetime) -> Stores:
    """Make the ledger and the witness of a folder that `found` laid out; the books come with `open_all`."""
    lock = NodeLock(folder)
    try:
        ledger = Ledger.create(folder / LEDGER, charter.origin, key, at)
        stores = Stores(folder, charter, lock, ledger, _witness_files(folder, charter, ledger))
        for witness in stores.witnesses:
            witness.reset(ledger.checkpoint())
        _attach(stores)
    except BaseException:
        lock.release()
        raise
    return stores


def open_ledger(folder: Path, passphrase: bytes | None, loss: Loss | None = None) -> Stores:
    """Open a node without its books: locked, private, its ledger compared with its witnesses, its erasures finished.

    Raises Refused or BrokenLedger by name for every fault.
    """
    charter = read_charter(folder)
    with ExitStack() as undo, _named(folder / LEDGER):
        lock = NodeLock(folder)
        undo.callback(lock.release)
        make_private(folder)
        key = read_key(folder, charter, passphrase)
        (folder / f"{KEY}.unfinished").unlink(missing_ok=True)
        ledger = Ledger.open(folder / LEDGER, key)
        undo.callback(ledger.close)
        stores = Stores(folder, charter, lock, ledger, _witness_files(folder, charter, ledger))
        compare_with_witnesses(ledger, stores.witnesses, charter.owner, loss or Loss())
        _attach(stores)
        finish_erasure(ledger)
        undo.pop_all()
    return stores


def open_all(folder: Path, passphrase: bytes | None) -> Stores:
    """Open a node with its books."""
    stores = open_ledger(folder, passphrase)
    with stores.guard():
        return add_books(stores)


def add_books(stores: Stores) -> Stores:
    """Open the books beside an open ledger; books that still hold what was erased since are dropped."""
    drop_books(stores.folder, NEW_BOOKS)
    duck = open_books(stores.folder)
    if _holds_erased(duck, stores.ledger):
        duck.close()
        drop_books(stores.folder)
        duck = open_books(stores.folder)
    stores.books.append(duck)
    make_private(stores.folder)
    return stores


def add_new_books(stores: Stores) -> Stores:
    """Open empty books beside those that are there, which stay as they are until `put_new_books`."""
    drop_books(stores.folder, NEW_BOOKS)
    stores.books.append(open_books(stores.folder, NEW_BOOKS))
    return stores


def put_new_books(stores: Stores) -> Stores:
    """Replace the old books by the new ones, folded and closed, in one step, and open them."""
    for duck in stores.books:
        duck.close()
    stores.books.clear()
    drop_books(stores.folder)
    (stores.folder / NEW_BOOKS).replace(stores.folder / BOOKS)
    return add_books(stores)


def with_books(stores: Stores, folder: Path) -> Stores:
    """Return the same ledger with other books, which lie in another folder; `stores` closes both."""
    stores.books.insert(0, open_books(folder))
    return replace(stores, books=[stores.books[0]])


def finish_erasure(ledger: Ledger) -> None:
    """Erase the payloads that the last entry lists: a crash may have come between the entry and the removal."""
    for number, payload in acts_of(ledger.entries(ledger.size), ERASURE):
        act = Erasure.from_json(payload or b"")
        for erased, _, _ in act.entries:
            if erased < number and not ledger.entry(erased).is_erased:
                ledger.erase(erased)
        ledger.settle()


def _holds_erased(duck: DuckDb, ledger: Ledger) -> bool:
    """Return whether the books were folded before an act erased an entry that they hold."""
    try:
        entries, _ = folded(duck)
    except (Refused, SqlError, LookupError, TypeError):
        return False  # named when the engine reads them
    acts = acts_of(ledger.entries(entries + 1), ERASURE) if 0 < entries < ledger.size else []
    return any(erased <= entries for _, payload in acts for erased, _, _ in Erasure.from_json(payload or b"").entries)


def name_witness(stores: Stores, path: Path | None) -> None:
    """Write a node's highest checkpoint to a second path and name it in the charter. Raises Refused for a path
    that fails.
    """
    if path is not None:
        file = WitnessFile(path.absolute(), stores.ledger.origin, stores.ledger.verifier_key)
        try:
            file.reset(stores.ledger.checkpoint())
            file.close()
        except OSError as fault:
            raise Refused([refusal("witness.path", (str(path), None, ""), fault.strerror)]) from fault
    named = replace(stores.charter, witness=str(path.absolute()) if path else "")
    write_charter(stores.folder, named)


def witness_file(folder: Path, ledger: Ledger) -> WitnessFile:
    """Return the witness that lies in a node's folder."""
    return WitnessFile(folder / WITNESS, ledger.origin, ledger.verifier_key)


def _witness_files(folder: Path, charter: Charter, ledger: Ledger) -> tuple[WitnessFile, ...]:
    paths = [folder / WITNESS, *([Path(charter.witness)] if charter.witness else [])]
    return tuple(WitnessFile(path, ledger.origin, ledger.verifier_key) for path in paths)


def _attach(stores: Stores) -> None:
    """Add every witness, so that each further checkpoint is written to them before its group is acknowledged."""

    def write(head: Checkpoint) -> None:
        for witness in stores.witnesses:
            try:
                witness.write(head)
            except OSError as fault:
                raise StoreDown(f"{witness.path}: {fault.strerror}") from fault

    stores.ledger.attach_witness(write)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn every fault of the ledger's file into a refusal by name."""
    try:
        yield
    except Refused:
        raise
    except (OSError, ValueError, LookupError, StoreDown, BrokenChain) as fault:
        raise BrokenLedger([refusal("node.ledger", (str(path), None, ""), fault)]) from fault


def payload_of(ledger: Ledger, entry: Entry) -> bytes:
    """Return an entry's payload as it was received, empty where an act of erasure covers it.

    Raises BrokenLedger, with the entry's number, for an altered entry and for a payload that is missing without an act.
    """
    place = (LEDGER, None, f"entry {entry.number}")
    if entry.payload is None:
        if entry.number in ledger.erased():
            return b""
        raise BrokenLedger([refusal("node.ledger_gap", place, "no payload")])
    digest, stated = payload_digest(entry.payload), entry.fields["payload_sha256"]
    if digest != stated:
        raise BrokenLedger([refusal("node.ledger_altered", place, digest, digest=stated)])
    return entry.payload
