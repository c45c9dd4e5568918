"""The ledger of one node: entries appended in signed groups, read back with proofs, never changed.

An entry's number is one more than the last. A group is on the disk whole, with its checkpoint, when `append` returns.
Time never runs backwards. Nothing is altered but a payload that is erased by law, and the proof of that entry stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Self

from comptroller.ledger.blob import keep_blobs, read_blob
from comptroller.ledger.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from comptroller.ledger.entry import (
    Accepted,
    Appended,
    Entry,
    Receipt,
    instant_from,
    instant_micros,
    instant_text,
    payload_key,
    rows_of,
)
from comptroller.ledger.key import SignerKey, VerifierKey
from comptroller.ledger.schema import BrokenChain, Charter, make_tables, read_charter
from comptroller.ledger.tiles import TILE_WIDTH, Edge, edge_at, reader_over
from comptroller.ledger.tree import Reader, consistency_proof, inclusion_proof
from comptroller.store.sqlite import Row, Sqlite, connect

_ENTRY_COLUMNS = "number, received_at, header, payload"
_LAST_CHECKPOINT = "SELECT text FROM checkpoint ORDER BY size DESC LIMIT 1"


class Ledger:
    """An open ledger; it belongs to the thread that opened it. Several readers and processes may hold one each.

    Every method raises `StoreDown` when the disk fails. Close it, or use it in a `with` block.
    """

    __slots__ = ("_charter", "_drawn", "_edge", "_last_at", "_signer", "_store")

    def __init__(self, store: Sqlite, charter: Charter, signer: SignerKey | None) -> None:
        """Take up an open file; `Ledger.create` and `Ledger.open` are the ways in."""
        self._store = store
        self._charter = charter
        self._signer = signer
        self._drawn: dict[tuple[int, int], bytes] = {}
        self._edge: Edge | None = None
        self._last_at = 0

    @classmethod
    def create(cls, path: Path, origin: str, key: SignerKey, at: datetime) -> "Ledger":
        """Make an empty ledger with a signed charter and a checkpoint of size 0.

        Refuses an existing file (FileExistsError), and an origin that is not the key's name (ValueError).
        """
        if path.exists():
            raise FileExistsError(f"{path} exists; a ledger is never overwritten")
        store = connect(path)
        try:
            with store.transaction():
                make_tables(store, origin, key, at)
                empty = sign_checkpoint(origin, 0, Edge().root(), key)
                store.execute("INSERT INTO checkpoint VALUES (0, ?)", (empty.text.encode(),))
            return cls(store, read_charter(store), key)
        except BaseException:
            store.close()
            raise

    @classmethod
    def open(cls, path: Path, key: SignerKey | None = None, *, readonly: bool = False) -> "Ledger":
        """Open a ledger; without `key` nothing can be appended.

        Checks that the last checkpoint follows from the tree, and no more: `verify` checks everything.
        Refuses a missing file (FileNotFoundError), another kind of file or a broken end (BrokenChain),
        another key than the charter's (ValueError).
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
                ledger._take_up()
        except BaseException:
            store.close()
            raise
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self._store.close()

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._store.path

    @property
    def origin(self) -> str:
        """The ledger's name, which its checkpoints bear."""
        return self._charter.origin

    @property
    def verifier_key(self) -> VerifierKey:
        """The public key that the charter names; outsiders get it by another way than this file."""
        return self._charter.key

    @property
    def created_at(self) -> datetime:
        """When the ledger was made."""
        return self._charter.created_at

    @property
    def size(self) -> int:
        """The number of entries, which is also the last entry's number."""
        found = self._store.row("SELECT max(number) FROM entry")
        return (found and found[0]) or 0

    @property
    def last_at(self) -> datetime:
        """The instant of the last group, before which nothing can be appended."""
        row = self._store.row("SELECT received_at FROM entry ORDER BY number DESC LIMIT 1")
        return instant_from(row[0]) if row else self.created_at

    def append(
        self, reports: Sequence[Accepted], received_at: datetime, blobs: Mapping[str, bytes] | None = None
    ) -> Appended:
        """Write the reports as one group and sign the tree: all durable when this returns, or nothing is kept.

        `blobs` holds, by SHA-256 in hex, what the reports attach and the ledger does not hold yet. `received_at` (UTC)
        may equal the last instant and never precede it: a clock that was set back is for the caller to wait out, not to
        be hidden here. Refuses (ValueError) an earlier instant, no reports, a missing or unasked-for blob, a ledger
        opened without its key.
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
                keep_blobs(self._store, reports, blobs or {})
                leaves, rows = rows_of(reports, at, edge.size + 1)
                self._store.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", rows)
                self._store.executemany("INSERT INTO tile VALUES (?, ?, ?)", edge.grow(leaves))
                head = sign_checkpoint(self.origin, edge.size, edge.root(), signer)
                self._store.execute("INSERT INTO checkpoint VALUES (?, ?)", (head.size, head.text.encode()))
        except BaseException:
            self._edge = None
            raise
        self._last_at = at
        return Appended(head.size - len(leaves) + 1, head.size, tuple(leaves), head)

    def entries(self, first: int = 1, last: int | None = None) -> Iterator[Entry]:
        """Stream entries in order, both ends included; to the end when `last` is None."""
        sql = f"SELECT {_ENTRY_COLUMNS} FROM entry WHERE number BETWEEN ? AND ? ORDER BY number"
        for row in self._store.rows(sql, (first, last if last is not None else 2**62)):
            yield _entry(row)

    def entry(self, number: int) -> Entry:
        """Give one entry. Refuses (LookupError) a number that was not given out."""
        row = self._store.row(f"SELECT {_ENTRY_COLUMNS} FROM entry WHERE number = ?", (number,))
        if row is None:
            raise LookupError(f"there is no entry {number}")
        return _entry(row)

    def blob(self, named: str) -> bytes:
        """Give the blob with this SHA-256 in hex. Refuses (LookupError) one that is not kept."""
        return read_blob(self._store, named)

    def find(self, payload_sha256: str) -> int | None:
        """Give the first entry whose payload has this SHA-256 in hex, erased or not; None when it was never received."""
        sql = "SELECT number, header FROM entry WHERE payload_key = ? ORDER BY number"
        for number, header in self._store.rows(sql, (payload_key(bytes.fromhex(payload_sha256)),)):
            if Entry(number, self.created_at, header, None).fields["payload_sha256"] == payload_sha256:
                return int(number)
        return None

    def size_at(self, instant: datetime) -> int:
        """Give the number of entries received up to and including an instant (UTC)."""
        at, below, above = instant_micros(instant), 0, self.size
        while below < above:
            middle = (below + above + 1) // 2
            row = self._store.row("SELECT received_at FROM entry WHERE number = ?", (middle,))
            if row is not None and row[0] <= at:
                below = middle
            else:
                above = middle - 1
        return below

    def checkpoints(self, after: int = -1) -> Iterator[tuple[int, datetime, str]]:
        """Stream (size, instant, text) of every checkpoint signed at a size above `after`: the groups of a replay.

        The empty tree's comes first.
        """
        sql = "SELECT size, received_at, text FROM checkpoint LEFT JOIN entry ON number = size WHERE size > ? ORDER BY size"
        for size, at, text in self._store.rows(sql, (after,)):
            yield size, self.created_at if at is None else instant_from(at), text.decode()

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        """Give the checkpoint signed at `size`, or the last. Refuses (LookupError) a size at which none was signed."""
        sql = "SELECT text FROM checkpoint WHERE size = ?" if size is not None else _LAST_CHECKPOINT
        row = self._store.row(sql, (size,) if size is not None else ())
        if row is None:
            raise LookupError(f"no checkpoint was signed at size {size}")
        return parse_checkpoint(row[0].decode())

    def receipt(self, number: int, at_size: int | None = None) -> Receipt:
        """Prove an entry under the last checkpoint, or under that of `at_size`.

        Refuses (LookupError) a number beyond the checkpoint, and a size at which none was signed.
        """
        with self._store.snapshot():
            head = self.checkpoint(at_size)
            if not 1 <= number <= head.size:
                raise LookupError(f"there is no entry {number} under the checkpoint of size {head.size}")
            proof = inclusion_proof(number - 1, head.size, self._reader())
            return Receipt(number, self.entry(number).leaf, head.size, proof, head.text)

    def consistency(self, old_size: int, new_size: int | None = None) -> tuple[bytes, ...]:
        """Prove that the tree of `old_size` is the beginning of that of `new_size` (or of all). RFC 6962, 2.1.2."""
        with self._store.snapshot():
            size = self.size
            new_size = size if new_size is None else new_size
            if not 0 <= old_size <= new_size <= size:
                raise LookupError(f"no proof from {old_size} to {new_size} in a tree of {size}")
            return consistency_proof(old_size, new_size, self._reader())

    def tile(self, level: int, place: int) -> bytes | None:
        """Give the hashes of a tile, joined; what there is of an unfinished one of level 0; None where it is not kept."""
        row = self._store.row("SELECT hashes FROM tile WHERE level = ? AND place = ?", (level, place))
        if row is not None:
            hashes: bytes = row[0]
            return hashes
        if level:
            return None
        sql = "SELECT leaf FROM entry WHERE number BETWEEN ? AND ? ORDER BY number"
        first = place * TILE_WIDTH + 1
        return b"".join(leaf for (leaf,) in self._store.rows(sql, (first, first + TILE_WIDTH - 1)))

    def erase(self, number: int) -> bool:
        """Erase an entry's payload for ever; its header, leaf and proofs stand. Attachments are not touched.

        The bytes are overwritten in the file. Gives False when a reader still holds them in the write-ahead log: call
        `settle` when it is gone. Refuses (LookupError) a number that was not given out, (ValueError) a reader's ledger.
        """
        if self._signer is None:
            raise ValueError("a ledger opened without its key cannot be changed")
        with self._store.transaction():
            if self._store.execute("UPDATE entry SET payload = NULL WHERE number = ?", (number,)) != 1:
                raise LookupError(f"there is no entry {number}")
        return self.settle()

    def settle(self) -> bool:
        """Move the write-ahead log into the file and empty it; gives False when a reader or writer is in the way."""
        row = self._store.row("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def _reader(self) -> Reader:
        return reader_over(cache(self.tile), self._drawn)

    def _current_edge(self) -> Edge:
        """Give the edge; taken up anew when another process has written since, or when a group was abandoned."""
        if self._edge is None or self._edge.size != self.size:
            self._edge = self._take_up()
        return self._edge

    def _take_up(self) -> Edge:
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


def _entry(row: Row) -> Entry:
    number, received_at, header, payload = row
    return Entry(number, instant_from(received_at), header, payload)
