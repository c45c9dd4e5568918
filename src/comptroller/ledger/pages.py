"""Rows of a ledger read from the pages of its file, past the engine: what a damaged file still holds.

Every page is looked at by itself, so that a damaged page loses its own rows and no others. A row counts only when its
hashes fit: an entry's header hashes to its leaf. Source: the SQLite file format, sections 1.3 to 1.6, 2.1 and 4.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from comptroller.ledger.tree import HASH_BYTES, leaf_hash

_MAGIC = b"SQLite format 3\0"
_TABLE_LEAF, _INDEX_LEAF = 0x0D, 0x0A
_LEAF_ENTRY = 6
_LOG_HEAD, _FRAME_HEAD = 32, 24
Cell = int | bytes | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as its row holds it: number, instant in microseconds, leaf, header, payload (None where it is erased)."""

    number: int
    received_at: int
    leaf: bytes
    header: bytes
    payload: bytes | None


class Pages:
    """The pages of a ledger's file as its last commit left them, write-ahead log included."""

    def __init__(self, path: Path) -> None:
        """Read the page size and the log; raises OSError where the file cannot be read."""
        self._file = path.open("rb")
        head = self._file.read(100)
        size = struct.unpack_from(">H", head, 16)[0] if len(head) == 100 and head.startswith(_MAGIC) else 0
        self.size = {1: 65536}.get(size, size) if size in {1, *(1 << n for n in range(9, 16))} else 4096
        self.count = -(-path.stat().st_size // self.size)
        self._log = _read_log(path.with_name(f"{path.name}-wal"), self.size)
        self.count = max([self.count, *self._log])

    def page(self, number: int) -> bytes:
        """Return a page, 1 being the first; short or empty where the file ends."""
        if number in self._log:
            return self._log[number]
        self._file.seek((number - 1) * self.size)
        return self._file.read(self.size)

    def records(self, kind: int = _TABLE_LEAF) -> Iterator[tuple[int, list[Cell]]]:
        """Yield rowid and columns of each row on the leaf pages of one kind that can be read."""
        for number in range(1, self.count + 1):
            page = self.page(number)
            start = 100 if number == 1 else 0
            if len(page) != self.size or page[start] != kind:
                continue
            for at in range(struct.unpack_from(">H", page, start + 3)[0]):
                place = start + 8 + 2 * at
                if place + 2 > self.size:
                    break
                try:
                    yield self._cell(page, struct.unpack_from(">H", page, place)[0], kind)
                except (IndexError, ValueError, struct.error):
                    continue

    def _cell(self, page: bytes, at: int, kind: int) -> tuple[int, list[Cell]]:
        length, at = _varint(page, at)
        rowid = 0
        if kind == _TABLE_LEAF:
            rowid, at = _varint(page, at)
        record = self._content(page, at, length, kind)
        return rowid, _columns(record)

    def _content(self, page: bytes, at: int, length: int, kind: int) -> bytes:
        """Return a cell's content with what overflows to other pages."""
        most = self.size - 35 if kind == _TABLE_LEAF else (self.size - 12) * 64 // 255 - 23
        if length <= most:
            return _exact(page, at, length)
        least = (self.size - 12) * 32 // 255 - 23
        local = least + (length - least) % (self.size - 4)
        local = local if local <= most else least
        if length > self.count * self.size:
            raise ValueError("a length beyond the file")
        parts, rest = [_exact(page, at, local)], length - local
        following = struct.unpack_from(">I", page, at + local)[0]
        while rest:
            over = self.page(following) if 0 < following <= self.count else b""
            parts.append(_exact(over, 4, min(rest, self.size - 4)))
            following = struct.unpack_from(">I", over, 0)[0]
            rest -= len(parts[-1])
        return b"".join(parts)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def entry_rows(pages: Pages) -> Iterator[EntryRow]:
    """Yield each row that is an entry by its hashes: the leaf is the header's, the payload missing or the header's."""
    for number, row in pages.records():
        if len(row) != _LEAF_ENTRY or row[0] is not None:
            continue
        _, received, _, leaf, header, payload = row
        if not (isinstance(received, int) and isinstance(header, bytes) and leaf_hash(header) == leaf):
            continue
        if payload is not None and not _is_payload(header, payload):
            continue
        assert payload is None or isinstance(payload, bytes)
        yield EntryRow(number, received, leaf, header, payload)


def checkpoint_rows(pages: Pages) -> Iterator[tuple[int, bytes]]:
    """Yield size and text of each row that may be a checkpoint; who signed it is for the caller to ask."""
    for number, row in pages.records():
        if len(row) == 2 and row[0] is None and isinstance(row[1], bytes):
            yield number, row[1]


def blob_rows(pages: Pages) -> Iterator[tuple[bytes, bytes]]:
    """Yield digest and content of each blob with a correct digest."""
    for _, row in pages.records():
        if len(row) == 2 and isinstance(row[0], bytes) and isinstance(row[1], bytes):
            name, content = row[0], row[1]
            if len(name) == HASH_BYTES and sha256(content).digest() == name:
                yield name, content


def leaf_tiles(pages: Pages) -> Iterator[tuple[int, bytes]]:
    """Yield place and hashes of each full tile of level 0."""
    for _, row in pages.records(_INDEX_LEAF):
        if len(row) == 3 and row[0] == 0 and isinstance(row[1], int) and isinstance(row[2], bytes):
            yield row[1], row[2]


def lost_entries(path: Path) -> list[int]:
    """Return the entries that a damaged file names by a checkpoint or a later entry and no longer holds."""
    try:
        pages = Pages(path)
    except OSError:
        return []
    try:
        there = {row.number for row in entry_rows(pages)}
        signed = [size for size, text in checkpoint_rows(pages) if f"\n{size}\n".encode() in text]
        last = max([0, *there, *signed])
        return [] if last > 100 * (len(there) + 1000) else [n for n in range(1, last + 1) if n not in there]
    finally:
        pages.close()


def _is_payload(header: bytes, payload: Cell) -> bool:
    if not isinstance(payload, bytes):
        return False
    return f'"payload_sha256":"{sha256(payload).hexdigest()}"'.encode() in header


def _exact(page: bytes, at: int, length: int) -> bytes:
    content = page[at : at + length]
    if len(content) != length:
        raise ValueError("a cell beyond its page")
    return content


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length number and the place behind it."""
    value = 0
    for step in range(8):
        byte = content[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    value = value << 8 | content[at + 8]
    return value - (1 << 64) if value >> 63 else value, at + 9


def _columns(record: bytes) -> list[Cell]:
    """Return the columns of a record; text comes as bytes, and a fraction raises ValueError: a ledger has none."""
    head, at = _varint(record, 0)
    kinds = []
    while at < head:
        kind, at = _varint(record, at)
        kinds.append(kind)
    cells: list[Cell] = []
    at = head
    for kind in kinds:
        if kind in {7, 10, 11} or kind < 0:
            raise ValueError(f"a column of kind {kind}")
        width = (kind - 12) // 2 if kind >= 12 else {5: 6, 6: 8}.get(kind, kind if kind < 5 else 0)
        content = _exact(record, at, width)
        at += width
        if kind >= 12:
            cells.append(content)
        else:
            cells.append(None if kind == 0 else kind - 8 if kind >= 8 else int.from_bytes(content, "big", signed=True))
    return cells


def _read_log(path: Path, size: int) -> dict[int, bytes]:
    """Return the pages of the write-ahead log up to its last commit, by number; none for a log of another form."""
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    committed: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    if len(content) < _LOG_HEAD or struct.unpack_from(">I", content, 8)[0] != size:
        return {}
    order = ">" if content[3] & 1 else "<"
    sums = _checksum(content[:24], (0, 0), order)
    if sums != struct.unpack_from(">II", content, 24):
        return {}
    for at in range(_LOG_HEAD, len(content) - _FRAME_HEAD - size + 1, _FRAME_HEAD + size):
        number, commit = struct.unpack_from(">II", content, at)
        page = content[at + _FRAME_HEAD : at + _FRAME_HEAD + size]
        sums = _checksum(content[at : at + 8] + page, sums, order)
        if content[at + 8 : at + 16] != content[16:24] or sums != struct.unpack_from(">II", content, at + 16):
            break
        waiting[number] = page
        if commit:
            committed |= waiting
            waiting = {}
    return committed


def _checksum(content: bytes, before: tuple[int, int], order: str) -> tuple[int, int]:
    """Return the log's running checksum over pairs of 32-bit words. Source: SQLite file format, 4.2."""
    first, second = before
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for at in range(0, len(words), 2):
        first = (first + words[at] + second) & 0xFFFFFFFF
        second = (second + words[at + 1] + first) & 0xFFFFFFFF
    return first, second
