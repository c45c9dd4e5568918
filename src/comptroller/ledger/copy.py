"""A new ledger made from the readable part of a damaged one: the same entries and numbers, signed by another key.

Headers, leaves and payloads are copied as they are, so the leaf of a copied entry does not change. An entry of the
medium `lost` takes the place of a lost entry; it contains nothing but its number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from comptroller.ledger.acts import LOST, erased_in, json_bytes
from comptroller.ledger.checkpoint import Checkpoint, NoteRefused, open_checkpoint, sign_checkpoint
from comptroller.ledger.entry import Accepted, Entry, header_of, instant_from, instant_text, payload_digest, payload_key
from comptroller.ledger.key import SignerKey, VerifierKey
from comptroller.ledger.pages import Pages, blob_rows, checkpoint_rows, entry_rows, leaf_tiles
from comptroller.ledger.schema import make_tables
from comptroller.ledger.tiles import TILE_WIDTH, TileEdge, split_hashes
from comptroller.ledger.tree import leaf_hash
from comptroller.store.sqlite import Sqlite, connect

One = TypeVar("One")
_MANY = 2_000


@dataclass(slots=True)
class Remains:
    """What is left of a damaged ledger: its signed checkpoints, the leaves that its tiles name, and the result of the
    copy.

    `proved_to` is the last size where everything copied has the root that was signed.
    """

    heads: dict[int, Checkpoint]
    leaves: dict[int, bytes]
    size: int = 0
    lost: list[int] = field(default_factory=list)
    proved_to: int = 0


def copy_ledger(source: Path, target: Path, key: SignerKey, old: VerifierKey, first: Accepted | None) -> Remains:
    """Write a new ledger at `target` from the pages of `source`; return what could be read and what is lost.

    `first` replaces entry 1 where it is lost. Raises LookupError where entry 1 is lost and `first` is None, and OSError
    where the file cannot be read.
    """
    pages = Pages(source)
    try:
        began = min((row.received_at for row in entry_rows(pages)), default=0)
        remains = Remains(_heads(pages, old), _leaves(pages))
        store = connect(target)
        try:
            with store.transaction():
                make_tables(store, key.name, key, instant_from(began))
            _copy_rows(store, pages, remains)
            _find_lost(store, remains)
            if first is None and (not remains.size or 1 in remains.lost):
                raise LookupError("entry 1, the policy, is lost")
            _Signer(store, key, remains, began).sign(first)
        finally:
            store.close()
    finally:
        pages.close()
    return remains


def _heads(pages: Pages, old: VerifierKey) -> dict[int, Checkpoint]:
    heads = {}
    for size, text in checkpoint_rows(pages):
        try:
            head = open_checkpoint(text.decode(), old.name, old)
        except (NoteRefused, UnicodeDecodeError):
            continue
        if head.size == size:
            heads[size] = head
    return heads


def _leaves(pages: Pages) -> dict[int, bytes]:
    """Return the leaf hash of each entry that a full tile names."""
    leaves: dict[int, bytes] = {}
    for place, hashes in leaf_tiles(pages):
        if len(hashes) == TILE_WIDTH * 32:
            leaves.update(enumerate(split_hashes(hashes), place * TILE_WIDTH + 1))
    return leaves


def _copy_rows(store: Sqlite, pages: Pages, remains: Remains) -> None:
    """Write every entry that fits its hashes and the tiles; of two rows for one entry, an erased one wins."""
    rows = (
        (row.number, row.received_at, payload_key(_digest(row.header)), row.leaf, row.header, row.payload)
        for row in entry_rows(pages)
        if row.number > 0 and remains.leaves.get(row.number, row.leaf) == row.leaf and _digest(row.header)
    )
    for chunk in _chunks(rows):
        with store.transaction():
            store.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?)", chunk)
            erased = [(number, leaf) for number, _, _, leaf, _, payload in chunk if payload is None]
            store.executemany("UPDATE entry SET payload = NULL WHERE number = ? AND leaf = ?", erased)
    for blobs in _chunks(blob_rows(pages)):
        with store.transaction():
            store.executemany("INSERT OR IGNORE INTO blob VALUES (?, ?)", blobs)


def _chunks(rows: Iterable[One]) -> Iterator[list[One]]:
    chunk: list[One] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _MANY:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _find_lost(store: Sqlite, remains: Remains) -> None:
    """Store the entries that are missing, or lack their mapping or payload, as lost; remove their remains.

    A payload that is missing without an act of erasure is a lost entry; one that an act lists is erased now.
    """
    acts = erased_in(store)
    blobs = {name.hex() for (name,) in store.rows("SELECT sha256 FROM blob")}
    attached: set[str] = set()
    there: set[int] = set()
    for number, leaf, header, is_gone in store.rows("SELECT number, leaf, header, payload IS NULL FROM entry"):
        is_erased = number in acts and acts[number].leaf == leaf.hex()
        named = set(_fields(header).get("attachments", ()))
        if (is_gone and not is_erased) or named - blobs:
            remains.leaves.setdefault(number, leaf)
            continue
        there.add(number)
        attached |= named
    last = store.row("SELECT max(number) FROM entry") or (0,)
    remains.size = max([0, *remains.heads, last[0] or 0])
    remains.lost = [number for number in range(1, remains.size + 1) if number not in there]
    with store.transaction():
        for number in acts.keys() & there:
            store.execute("UPDATE entry SET payload = NULL WHERE number = ?", (number,))
        for number in remains.lost:
            store.execute("DELETE FROM entry WHERE number = ?", (number,))
        for named in blobs - attached:
            store.execute("DELETE FROM blob WHERE sha256 = ?", (bytes.fromhex(named),))


def _fields(header: bytes) -> dict[str, Any]:
    """Return a header's fields, empty where it is not one."""
    try:
        fields = Entry(1, instant_from(0), header, None).fields
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _digest(header: bytes) -> bytes:
    """Return the payload's SHA-256 that a header names, empty where it is no header."""
    try:
        return bytes.fromhex(_fields(header).get("payload_sha256", ""))
    except (ValueError, TypeError):
        return b""


class _Signer:
    """Walks the copied entries group by group: puts placeholders where entries are lost, and signs each group."""

    def __init__(self, store: Sqlite, key: SignerKey, remains: Remains, began: int) -> None:
        self._store, self._key, self._remains = store, key, remains
        self._edge, self._before = TileEdge(), TileEdge()
        self._at = began
        self._is_proved = True

    def sign(self, first: Accepted | None) -> None:
        """Write tiles and checkpoints over all groups; `first` takes the place of entry 1 where it is lost."""
        groups = self._groups()
        with self._store.transaction():
            self._checkpoint()
        for chunk in _chunks(pairwise(groups)):
            with self._store.transaction():
                for start, following in chunk:
                    self._group(start, following, first)

    def _groups(self) -> list[int]:
        """Return the first entry of each group, and the number behind the last; lost entries between groups are one each.

        A header names the group that its entry was committed in, so the groups of copied entries stay as they were.
        """
        starts, lost = {1}, set(self._remains.lost)
        following = self._remains.size + 1
        batch = following
        for number in range(self._remains.size, 0, -1):
            if number in lost:
                if batch > number:
                    starts.add(number)
                continue
            row = self._store.row("SELECT header FROM entry WHERE number = ?", (number,)) or (b"",)
            batch = int(_fields(row[0]).get("batch", number))
            starts.add(batch)
        return [*sorted(start for start in starts if 0 < start < following), following]

    def _group(self, start: int, following: int, first: Accepted | None) -> None:
        sql = "SELECT number, received_at, leaf FROM entry WHERE number >= ? AND number < ? ORDER BY number"
        rows = {number: (at, leaf) for number, at, leaf in self._store.rows(sql, (start, following))}
        self._at = max(self._at, *(at for at, _ in rows.values())) if rows else self._at
        leaves = []
        for number in range(start, following):
            if number in rows:
                leaf = old = rows[number][1]
            else:
                report = first if number == 1 and first is not None else _placeholder(number)
                leaf, old = self._place(number, start, report), self._remains.leaves.get(number)
            leaves.append(leaf)
            self._prove(number, old)
        self._store.executemany("INSERT INTO tile VALUES (?, ?, ?)", self._edge.grow(leaves))
        self._checkpoint()

    def _place(self, number: int, start: int, report: Accepted) -> bytes:
        """Write an entry of our own under a number of the old ledger; returns its leaf."""
        header = header_of(report, payload_digest(report.payload), instant_text(self._at), start)
        leaf = leaf_hash(header)
        digest = sha256(report.payload).digest()
        values = (number, self._at, payload_key(digest), leaf, header, report.payload)
        self._store.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", values)
        return leaf

    def _prove(self, number: int, leaf: bytes | None) -> None:
        """Grow the old tree by a leaf that is known, and compare it with the checkpoint that was signed at that size."""
        if leaf is None or not self._is_proved:
            self._is_proved = False
            return
        self._before.grow([leaf])
        head = self._remains.heads.get(number)
        if head is not None:
            self._is_proved = head.root == self._before.root()
            self._remains.proved_to = number if self._is_proved else self._remains.proved_to

    def _checkpoint(self) -> None:
        head = sign_checkpoint(self._key.name, self._edge.size, self._edge.root(), self._key)
        self._store.execute("INSERT INTO checkpoint VALUES (?, ?)", (head.size, head.text.encode()))


def _placeholder(number: int) -> Accepted:
    return Accepted(json_bytes({"lost": number}), LOST, "", kind=LOST)
