"""The ledger of one node: entries appended in signed groups, read back with proofs, never changed.

An entry's number is one more than the last. When `append` returns, the whole group and its checkpoint are on the disk.
Time never runs backwards. Only a payload that is erased by law is altered, and the proof of that entry remains valid.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from comptroller.ledger.attachments import store_blobs
from comptroller.ledger.checkpoint import Checkpoint, sign_checkpoint
from comptroller.ledger.entry import (
    Accepted,
    Appended,
    instant_micros,
    instant_text,
    rows_of,
)
from comptroller.ledger.key import SignerKey
from comptroller.ledger.reader import LedgerReader
from comptroller.ledger.schema import BrokenChain, LedgerCharter, make_tables, read_charter
from comptroller.ledger.tiles import TileEdge, edge_at
from comptroller.store.sqlite import Sqlite, connect

_ENTRY_COLUMNS = "number, received_at, header, payload"
_LAST_CHECKPOINT = "SELECT text FROM checkpoint ORDER BY size DESC LIMIT 1"


class Ledger(LedgerReader):
    """An open ledger; it belongs to the thread that opened it. Several readers and processes may hold one each.

    Every method raises `StoreDown` when the disk fails. Close it, or use it in a `with` block.
    """

    __slots__ = ("_edge", "_last_at", "_signer", "_witness")

    def __init__(self, store: Sqlite, charter: LedgerCharter, signer: SignerKey | None) -> None:
        """Store an open file; use `Ledger.create` or `Ledger.open` to make a ledger."""
        super().__init__(store, charter)
        self._signer = signer
        self._edge: TileEdge | None = None
        self._last_at = 0
        self._witness: Callable[[Checkpoint], None] | None = None

    @classmethod
    def create(cls, path: Path, origin: str, key: SignerKey, at: datetime) -> "Ledger":
        """Create an empty ledger with a signed charter and a checkpoint of size 0.

        Raises FileExistsError for an existing file, and ValueError for an origin that is not the key's name.
        """
        if path.exists():
            raise FileExistsError(f"{path} exists; a ledger is never overwritten")
        store = connect(path)
        try:
            with store.transaction():
                make_tables(store, origin, key, at)
                empty = sign_checkpoint(origin, 0, TileEdge().root(), key)
                store.execute("INSERT INTO checkpoint VALUES (0, ?)", (empty.text.encode(),))
            return cls(store, read_charter(store), key)
        except BaseException:
            store.close()
            raise

    @classmethod
    def open(cls, path: Path, key: SignerKey | None = None, *, readonly: bool = False) -> "Ledger":
        """Open a ledger; without `key` nothing can be appended.

        Checks only that the last checkpoint follows from the tree; `verify` checks everything.

        Raises:
            FileNotFoundError: the file is missing.
            BrokenChain: the file is of another kind, or its end is broken.
            ValueError: the key is not the charter's.
        """
        if not path.exists():
            raise FileNotFoundError(f"there is no ledger at {path}")
        store = connect(path, readonly=readonly or key is None)
        try:
            charter = read_charter(store)
            if key is not None and key.verifier != charter.key:
                raise ValueError(f"saw the key {key.verifier}, expected {charter.key}, which the charter names")
            ledger = cls(store, charter, None if readonly else key)
            with store.snapshot():
                ledger._load()
        except BaseException:
            store.close()
            raise
        return ledger

    def attach_witness(self, witness: Callable[[Checkpoint], None]) -> None:
        """Add a witness: it receives each checkpoint once its group is durable, before `append` returns."""
        self._witness = witness

    def append(
        self, reports: Sequence[Accepted], received_at: datetime, blobs: Mapping[str, bytes] | None = None
    ) -> Appended:
        """Write the reports as one group and sign the tree: all is durable when this returns, or nothing is stored.

        `blobs` maps the SHA-256 in hex to the content that the reports attach and the ledger lacks. `received_at` (UTC)
        may equal the last instant and never precede it. The caller must wait where a clock was set back.

        Raises ValueError for an earlier instant, no reports, a missing or unattached blob, and a ledger opened without
        its key.
        """
        signer = self._signer
        if signer is None:
            raise ValueError("a ledger opened without its key cannot be appended to")
        if not reports:
            raise ValueError("there is nothing to append")
        at = instant_micros(received_at)
        try:
            with self._store.transaction():
                edge = self._current_edge()
                if at < self._last_at:
                    raise ValueError(
                        f"time runs backwards: saw {instant_text(at)}, after {instant_text(self._last_at)}"
                    )
                store_blobs(self._store, reports, blobs or {})
                leaves, rows = rows_of(reports, at, edge.size + 1)
                self._store.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", rows)
                self._store.executemany("INSERT INTO tile VALUES (?, ?, ?)", edge.grow(leaves))
                head = sign_checkpoint(self.origin, edge.size, edge.root(), signer)
                self._store.execute("INSERT INTO checkpoint VALUES (?, ?)", (head.size, head.text.encode()))
        except BaseException:
            self._edge = None
            raise
        self._last_at = at
        if self._witness is not None:
            self._witness(head)
        return Appended(head.size - len(leaves) + 1, head.size, tuple(leaves), head)

    def erase(self, number: int) -> bool:
        """Erase the payload of an entry for ever; its header, leaf and proofs remain. Attachments are not changed.

        The bytes are overwritten in the file. Returns False when a reader still has them in the write-ahead log: call
        `settle` when it has closed. Raises LookupError for a number without an entry, ValueError for a reader's ledger.
        """
        if self._signer is None:
            raise ValueError("a ledger opened without its key cannot be changed")
        with self._store.transaction():
            if self._store.execute("UPDATE entry SET payload = NULL WHERE number = ?", (number,)) != 1:
                raise LookupError(f"there is no entry {number}")
        return self.settle()

    def settle(self) -> bool:
        """Move the write-ahead log into the file and empty it; returns False when a reader or writer is in the way."""
        row = self._store.row("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def _current_edge(self) -> TileEdge:
        """Return the edge; taken up anew when another process has written since, or when a group was abandoned."""
        if self._edge is None or self._edge.size != self.size:
            self._edge = self._load()
        return self._edge

    def _load(self) -> TileEdge:
        size = self.size
        try:
            edge = edge_at(size, self._reader())
            head = self.checkpoint()
        except (AttributeError, LookupError, TypeError, ValueError) as fault:
            raise BrokenChain(f"{self.path}: {fault}") from fault
        if (head.size, head.root) != (size, edge.root()):
            raise BrokenChain(f"{self.path}: the last checkpoint does not follow from the {size} entries")
        last = self._store.row("SELECT received_at FROM entry WHERE number = ?", (size,))
        self._last_at = instant_micros(self.created_at) if last is None else last[0]
        return edge
