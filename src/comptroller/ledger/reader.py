"""What can be read from an open ledger: entries, checkpoints, tiles, and the proofs drawn from them."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Self

from comptroller.ledger.acts import Erased, erased_in
from comptroller.ledger.attachments import read_blob
from comptroller.ledger.checkpoint import Checkpoint, parse_checkpoint
from comptroller.ledger.entry import Entry, Receipt, instant_from, instant_micros, payload_key
from comptroller.ledger.key import VerifierKey
from comptroller.ledger.schema import LedgerCharter
from comptroller.ledger.tiles import TILE_WIDTH, reader_over
from comptroller.ledger.tree import Reader, consistency_proof, inclusion_proof, root_at
from comptroller.store.sqlite import Row, Sqlite

_ENTRY_COLUMNS = "number, received_at, header, payload"
_LAST_CHECKPOINT = "SELECT text FROM checkpoint ORDER BY size DESC LIMIT 1"


class LedgerReader:
    """The reading half of a ledger; `Ledger` adds what writes."""

    __slots__ = ("_charter", "_drawn", "_erased", "_store")

    def __init__(self, store: Sqlite, charter: LedgerCharter) -> None:
        """Store an open file and its charter."""
        self._store = store
        self._charter = charter
        self._drawn: dict[tuple[int, int], bytes] = {}
        self._erased: tuple[int, dict[int, Erased]] = (0, {})

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
        row = self._store.row("SELECT max(number) FROM entry")
        return (row and row[0]) or 0

    @property
    def last_at(self) -> datetime:
        """The instant of the last group, before which nothing can be appended."""
        row = self._store.row("SELECT received_at FROM entry ORDER BY number DESC LIMIT 1")
        return instant_from(row[0]) if row else self.created_at

    def entries(self, first: int = 1, last: int | None = None) -> Iterator[Entry]:
        """Stream entries in order, both ends included; to the end when `last` is None."""
        sql = f"SELECT {_ENTRY_COLUMNS} FROM entry WHERE number BETWEEN ? AND ? ORDER BY number"
        for row in self._store.rows(sql, (first, last if last is not None else 2**62)):
            yield _entry(row)

    def entry(self, number: int) -> Entry:
        """Return one entry. Raises LookupError for a number without an entry."""
        row = self._store.row(f"SELECT {_ENTRY_COLUMNS} FROM entry WHERE number = ?", (number,))
        if row is None:
            raise LookupError(f"there is no entry {number}")
        return _entry(row)

    def blob(self, named: str) -> bytes:
        """Return the blob with this SHA-256 in hex. Raises LookupError for one that is not stored."""
        return read_blob(self._store, named)

    def has_blob(self, named: str) -> bool:
        """Return whether a blob with this SHA-256 in hex is there."""
        return self._store.row("SELECT 1 FROM blob WHERE sha256 = ?", (bytes.fromhex(named),)) is not None

    def find(self, payload_sha256: str) -> int | None:
        """Return the first entry with this SHA-256 of its payload in hex, erased or not; None when it was never
        received.
        """
        return next(iter(self.find_all(payload_sha256)), None)

    def find_all(self, payload_sha256: str) -> Iterator[int]:
        """Yield every entry with this SHA-256 of its payload in hex, erased or not."""
        sql = "SELECT number, header FROM entry WHERE payload_key = ? ORDER BY number"
        for number, header in self._store.rows(sql, (payload_key(bytes.fromhex(payload_sha256)),)):
            if Entry(number, self.created_at, header, None).fields["payload_sha256"] == payload_sha256:
                yield int(number)

    def size_at(self, instant: datetime) -> int:
        """Return the number of entries received up to and including an instant (UTC)."""
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
        """Return the checkpoint signed at `size`, or the last. Raises LookupError for a size without a signed
        checkpoint.
        """
        sql = "SELECT text FROM checkpoint WHERE size = ?" if size is not None else _LAST_CHECKPOINT
        row = self._store.row(sql, (size,) if size is not None else ())
        if row is None:
            raise LookupError(f"no checkpoint was signed at size {size}")
        return parse_checkpoint(row[0].decode())

    def receipt(self, number: int, at_size: int | None = None) -> Receipt:
        """Return the proof of an entry under the last checkpoint, or under that of `at_size`.

        Raises LookupError for a number beyond the checkpoint, and for a size without a signed checkpoint.
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
        """Return the hashes of a tile, joined; of an unfinished tile of level 0 those that exist; None where it
        is not stored.
        """
        row = self._store.row("SELECT hashes FROM tile WHERE level = ? AND place = ?", (level, place))
        if row is not None:
            hashes: bytes = row[0]
            return hashes
        if level:
            return None
        sql = "SELECT leaf FROM entry WHERE number BETWEEN ? AND ? ORDER BY number"
        first = place * TILE_WIDTH + 1
        return b"".join(leaf for (leaf,) in self._store.rows(sql, (first, first + TILE_WIDTH - 1)))

    def erased(self) -> dict[int, Erased]:
        """Return what acts of erasure list, by entry."""
        size = self.size
        if self._erased[0] != size:
            self._erased = size, erased_in(self._store)
        return self._erased[1]

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` entries; raises LookupError beyond the last entry."""
        if not 0 <= size <= self.size:
            raise LookupError(f"no root of {size} entries in a tree of {self.size}")
        return root_at(size, self._reader())

    def _reader(self) -> Reader:
        return reader_over(cache(self.tile), self._drawn)


def _entry(row: Row) -> Entry:
    number, received_at, header, payload = row
    return Entry(number, instant_from(received_at), header, payload)
