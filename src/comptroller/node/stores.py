"""A node opened: its lock, its ledger held against its witnesses, its books. Nothing is dropped before the lock is taken."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakSet

from comptroller.ledger.acts import ERASURE, LOSS, Erasure, acts_of, json_bytes, numbers_text
from comptroller.ledger.checkpoint import Checkpoint
from comptroller.ledger.entry import Accepted, Entry, payload_digest
from comptroller.ledger.key import SignerKey
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.schema import BrokenChain
from comptroller.ledger.witness import WitnessFile, WitnessRefused
from comptroller.model.refusal import BrokenLedger, Refusal, Refused, refusal
from comptroller.node.books_file import drop_books, folded, open_books
from comptroller.node.files import KEY, LEDGER, WITNESS, Charter, make_private
from comptroller.node.keys import read_charter, read_key
from comptroller.node.lock import NodeLock
from comptroller.store.duck import Duck, SqlError
from comptroller.store.sqlite import StoreDown

UNWITNESSED, OTHER = "unwitnessed", "other-history"
"""What is accepted by name where no numbers can be given: no witness is there; another history was signed."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a rebuild may give up: the numbers (or name) that the refusal stated, when, and why."""

    accepted: str = ""
    at: dt.datetime | None = None
    reason: str = ""


@dataclass(eq=False)
class Stores:
    """What one process holds of a node while it works on it; `close` gives everything back."""

    folder: Path
    charter: Charter
    lock: NodeLock
    ledger: Ledger
    witnesses: tuple[WitnessFile, ...] = ()
    books: list[Duck] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Join the nodes that this process has open."""
        _OPEN.add(self)

    @property
    def duck(self) -> Duck:
        """The open books."""
        return self.books[-1]

    def close(self) -> None:
        """Close the stores, then release the lock; twice is harmless."""
        for duck in self.books:
            duck.close()
        self.ledger.close()
        for one in self.witnesses:
            one.close()
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
        for one in stores.witnesses:
            one.reset(ledger.checkpoint())
        _attach(stores)
    except BaseException:
        lock.release()
        raise
    return stores


def open_ledger(folder: Path, passphrase: bytes | None, loss: Loss | None = None) -> Stores:
    """Open a node without its books: locked, private, its ledger held against its witnesses, its erasures finished.

    Raises Refused or BrokenLedger by name for everything that is not as it must be.
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
        _hold_against_witnesses(stores, loss or Loss())
        _attach(stores)
        finish_erasure(ledger)
        undo.pop_all()
    return stores


def open_all(folder: Path, passphrase: bytes | None, *, afresh: bool = False, loss: Loss | None = None) -> Stores:
    """Open a node with its books; `afresh` drops them first, so that they are folded again."""
    stores = open_ledger(folder, passphrase, loss)
    try:
        add_books(stores, afresh=afresh)
    except BaseException:
        stores.close()
        raise
    return stores


def add_books(stores: Stores, *, afresh: bool = False) -> Stores:
    """Open the books beside an open ledger; books that still hold what was erased since are dropped."""
    if afresh:
        drop_books(stores.folder)
    duck = open_books(stores.folder)
    if not afresh and _holds_erased(duck, stores.ledger):
        duck.close()
        drop_books(stores.folder)
        duck = open_books(stores.folder)
    stores.books.append(duck)
    make_private(stores.folder)
    return stores


def with_books(stores: Stores, folder: Path) -> Stores:
    """Return the same ledger with other books, which lie in another folder; `stores` closes both."""
    stores.books.insert(0, open_books(folder))
    return replace(stores, books=[stores.books[0]])


def finish_erasure(ledger: Ledger) -> None:
    """Erase what the last entry says is erased: a crash may have come between the entry and the removal."""
    for number, payload in acts_of(ledger.entries(ledger.size), ERASURE):
        act = Erasure.from_json(payload or b"")
        for one, _, _ in act.entries:
            if one < number and not ledger.entry(one).is_erased:
                ledger.erase(one)
        ledger.settle()


def _holds_erased(duck: Duck, ledger: Ledger) -> bool:
    """Return whether the books were folded before an act erased an entry that they hold."""
    try:
        entries, _ = folded(duck)
    except (Refused, SqlError, LookupError, TypeError):
        return False  # named when the engine reads them
    acts = acts_of(ledger.entries(entries + 1), ERASURE) if 0 < entries < ledger.size else []
    return any(one <= entries for _, payload in acts for one, _, _ in Erasure.from_json(payload or b"").entries)


def witness_file(folder: Path, ledger: Ledger) -> WitnessFile:
    """Return the witness that lies in a node's folder."""
    return WitnessFile(folder / WITNESS, ledger.origin, ledger.verifier_key)


def _witness_files(folder: Path, charter: Charter, ledger: Ledger) -> tuple[WitnessFile, ...]:
    paths = [folder / WITNESS, *([Path(charter.witness)] if charter.witness else [])]
    return tuple(WitnessFile(path, ledger.origin, ledger.verifier_key) for path in paths)


def _attach(stores: Stores) -> None:
    """Let each further checkpoint be written to every witness before its group is acknowledged."""

    def write(head: Checkpoint) -> None:
        for one in stores.witnesses:
            try:
                one.write(head)
            except OSError as fault:
                raise StoreDown(f"{one.path}: {fault.strerror}") from fault

    stores.ledger.attach_witness(write)


def _hold_against_witnesses(stores: Stores, loss: Loss) -> None:
    """Compare the ledger with each witness; raises BrokenLedger, unless `loss` accepts exactly what is given up."""
    ledger, given_up = stores.ledger, []
    for one in stores.witnesses:
        try:
            head = one.read()
        except WitnessRefused as fault:
            given_up.append((UNWITNESSED, one.path, fault.seen, None))
            continue
        if head is None:
            given_up.append((UNWITNESSED, one.path, "no file", None))
        elif head.size > ledger.size:
            numbers = numbers_text(range(ledger.size + 1, head.size + 1))
            given_up.append((numbers, one.path, f"the ledger ends at entry {ledger.size}", head))
        elif ledger.root(head.size) != head.root:
            given_up.append((OTHER, one.path, f"another history up to entry {head.size}", head))
        elif head.size < ledger.size:
            one.reset(ledger.checkpoint())
    if not given_up:
        return
    name, path, seen, head = next((one for one in given_up if one[0] != UNWITNESSED), given_up[0])
    if loss.accepted != name or loss.at is None:
        raise BrokenLedger([_refused_loss(name, path, seen, head)])
    at = max(loss.at.astimezone(dt.UTC), ledger.last_at)
    said = {
        "given_up": name,
        "reason": loss.reason,
        "witness": head.text if head else "",
        "size": ledger.size,
        "root": ledger.root(ledger.size).hex(),
    }
    ledger.append([Accepted(json_bytes(said), LOSS, stores.charter.owner, kind=LOSS)], at)
    for one in stores.witnesses:
        one.reset(ledger.checkpoint())


def _refused_loss(name: str, path: Path, seen: str, head: Checkpoint | None) -> Refusal:
    """Return the refusal of a ledger that its witness does not bear out."""
    place = (str(path), None, "")
    command = f"comptroller rebuild --accept-loss {name}"
    if head is None:
        wanted = ("可读的见证文件,含最高检查点", "a witness file with the highest checkpoint that was signed")
        mend = (
            f"恢复该文件;若确无此文件,运行 {command},并留下条目",
            f"Put the file back. If there is none, run: {command}. An entry records it.",
        )
        return refusal("node.witness", place, seen, wanted, mend)
    if name == OTHER:
        wanted = (f"根为 {head.root.hex()} 的台账", f"a ledger with the root {head.root.hex()} at entry {head.size}")
        mend = (
            f"恢复原台账;若放弃原历史,运行 {command},并留下条目",
            f"Put the ledger back. To give up the history that was signed, run: {command}. An entry records it.",
        )
        return refusal("node.ledger_other", place, seen, wanted, mend)
    wanted = (f"含已签名的 {head.size} 条的台账", f"a ledger with the {head.size} entries that were signed for")
    mend = (
        f"恢复较新的台账;条目 {name} 缺失。若放弃这些条目,运行 {command},并留下条目",
        f"Put the newer ledger back: entries {name} are missing. To give them up, run: {command}. An entry records it.",
    )
    return refusal("node.ledger_short", place, seen, wanted, mend)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn every fault of the ledger's file into a refusal by name."""
    try:
        yield
    except Refused:
        raise
    except (OSError, ValueError, LookupError, StoreDown, BrokenChain) as fault:
        wanted = ("完好的台账文件", "a ledger that can be read")
        mend = (
            "运行 comptroller verify 查明首个坏条目;恢复备份,或用 comptroller salvage 另建节点",
            "Run comptroller verify: it names what is damaged. Put a copy back, or save the rest: comptroller salvage.",
        )
        raise BrokenLedger([refusal("node.ledger", (str(path), None, ""), fault, wanted, mend)]) from fault


def payload_of(ledger: Ledger, entry: Entry) -> bytes:
    """Return an entry's payload as it was received, empty where an act of erasure covers it.

    Raises BrokenLedger, with the entry's number, for an altered entry and for a payload that is missing without an act.
    """
    place = (LEDGER, None, f"entry {entry.number}")
    mend = (
        "运行 comptroller verify;恢复备份,或用 comptroller salvage 另建节点",
        "Run comptroller verify. Put a copy back, or save the rest: comptroller salvage.",
    )
    if entry.payload is None:
        if entry.number in ledger.erased():
            return b""
        wanted = ("原文,或说明其已依法删除的条目", "its payload, or a later entry that says it was erased")
        raise BrokenLedger([refusal("node.ledger_gap", place, "no payload", wanted, mend)])
    digest, stated = payload_digest(entry.payload), entry.fields["payload_sha256"]
    if digest != stated:
        wanted = (f"SHA-256 为 {stated} 的原文", f"a payload of SHA-256 {stated}")
        raise BrokenLedger([refusal("node.ledger_altered", place, digest, wanted, mend)])
    return entry.payload
