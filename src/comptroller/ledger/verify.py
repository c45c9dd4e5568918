"""The check of a whole ledger, from the file alone and the key that is known by another way.

Everything is rebuilt from the headers: leaves, tiles, the root at every checkpoint. The first thing that does not fit is
named, with what was seen and what was expected. A mangled file is an answer here, never an exception.
"""

import json
from collections.abc import Callable, Container, Sequence
from hashlib import sha256
from pathlib import Path

from comptroller.ledger.acts import ACTS, ERASURE, LOST, Erased, Erasure, erased_in, numbers_text
from comptroller.ledger.checkpoint import Checkpoint, NoteRefused, open_checkpoint
from comptroller.ledger.entry import Entry, instant_from, instant_micros, instant_text, payload_key
from comptroller.ledger.key import VerifierKey
from comptroller.ledger.pages import lost_entries
from comptroller.ledger.schema import BrokenChain, LedgerCharter, check_pages, read_charter
from comptroller.ledger.tiles import TILE_WIDTH, TileEdge, tile_path
from comptroller.ledger.tree import leaf_hash
from comptroller.ledger.verdict import Found, Problem, VerifyResult, printable
from comptroller.store.sqlite import Row, Sqlite, StoreDown, connect

_REPORTED_EVERY = 1000
_DAMAGE = frozenset(f"ledger.{code}" for code in ("leaf", "payload", "gap", "header", "tile", "pages", "checkpoint"))
"""Faults that may mean lost entries."""


def verify(
    path: Path,
    key: VerifierKey,
    *,
    witness: str | Sequence[Checkpoint] | None = None,
    erased: Container[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> VerifyResult:
    """Return the result of reading everything in the ledger's file: the first thing that does not fit, or none.

    `witness` is a checkpoint (or several) that was stored outside: the present tree must begin with it. An old copy put
    back, or a history written anew, cannot do that. Every missing payload is checked against the acts of erasure in the
    ledger, and every act against the payloads. `erased` replaces the acts where it is not None. `progress(done, size)`
    is called as entries are read. A ledger that is being written may be verified: one state of it is read.
    """
    walk = _Walk(key, witness, erased, progress)
    problem: Problem | None = None
    lost: tuple[int, ...] = ()
    try:
        walk.through(path)
    except Found as fault:
        problem = fault.problem
        lost = tuple(lost_entries(path)) if problem.code in _DAMAGE else ()
    except (StoreDown, BrokenChain, OSError) as fault:
        lost = tuple(lost_entries(path))
        problem = _unreadable(walk.edge.size, str(fault), lost)
    acts = tuple(walk.acts)
    return VerifyResult(
        walk.edge.size, walk.checkpoint_count, tuple(walk.erased), walk.edge.root(), problem, lost, acts
    )


def _unreadable(done: int, fault: str, lost: tuple[int, ...]) -> Problem:
    """Return the problem of a file that the engine cannot read, by the entries that are lost with it."""
    if lost:
        where = f"file, entries {numbers_text(lost)} cannot be read"
        return Problem("ledger.file", where, lost[0], fault, "a ledger that can be read")
    return Problem("ledger.file", f"file, after entry {done}", None, fault, "a ledger that can be read")


class _Walk:
    """One pass through a ledger: what is rebuilt so far, and what is still to be met."""

    def __init__(
        self,
        key: VerifierKey,
        witness: str | Sequence[Checkpoint] | None,
        erased: Container[int] | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.key = key
        self.edge = TileEdge()
        self.checkpoint_count = 0
        self.erased: list[int] = []
        self.acts: list[tuple[int, str]] = []
        self._witness_text = witness if isinstance(witness, str) else None
        self._witnesses = [] if witness is None or isinstance(witness, str) else list(witness)
        self._may_be_erased = erased
        self._listed: dict[int, Erased] = {}
        self._present: list[int] = []
        self._progress = progress
        self._attached: dict[str, int] = {}
        self._last_at = 0

    def through(self, path: Path) -> None:
        if not path.exists():
            raise Found("missing", "file", None, "no file", "a ledger")
        store = connect(path, readonly=True, is_mapped=False)
        try:
            with store.snapshot():
                charter = read_charter(store)
                if charter.key != self.key:
                    raise Found("charter", "charter", None, charter.key, self.key)
                self._read_witness(charter)
                self._listed = erased_in(store)
                self._groups(store, charter)
                self._blobs(store)
                if wrong := check_pages(store):
                    raise Found("pages", "file", None, wrong, "sound pages and indexes")
        finally:
            store.close()

    def _read_witness(self, charter: LedgerCharter) -> None:
        if self._witness_text is not None:
            try:
                self._witnesses.append(open_checkpoint(self._witness_text, charter.origin, self.key))
            except NoteRefused as fault:
                raise Found("witness", "witness", None, fault, "a checkpoint of this ledger") from fault
        self._check_witness()

    def _groups(self, store: Sqlite, charter: LedgerCharter) -> None:
        """Walk group by group: the entries up to each checkpoint, then the checkpoint itself."""
        self._last_at = instant_micros(charter.created_at)
        size = (store.row("SELECT max(number) FROM entry") or (0,))[0] or 0
        entries = store.rows(
            "SELECT number, received_at, payload_key, leaf, header, payload FROM entry ORDER BY number"
        )
        batch = 0
        for signed_size, text in store.rows("SELECT size, text FROM checkpoint ORDER BY size"):
            if batch == 0 and signed_size != 0:
                raise Found("checkpoint", "checkpoint 0", None, f"size {signed_size}", "the empty tree's")
            batch = self.edge.size + 1
            while self.edge.size < signed_size:
                row = next(entries, None)
                if row is None:
                    missing = self.edge.size + 1
                    raise Found(
                        "gap", f"entry {missing}", missing, "nothing", f"an entry; {signed_size} were signed for"
                    )
                self._entry(store, row, batch)
                if self._progress and (self.edge.size % _REPORTED_EVERY == 0 or self.edge.size == size):
                    self._progress(self.edge.size, size)
            self._checkpoint(signed_size, text, charter)
        extra = next(entries, None)
        if batch == 0 or extra is not None:
            number = self.edge.size + 1
            raise Found("unsigned", f"entry {number}", number, "no checkpoint over it", "a checkpoint")
        self._end(store)

    def _entry(self, store: Sqlite, row: Row, batch: int) -> None:
        number, received_at, found_by, leaf, header, payload = row
        expected = self.edge.size + 1
        where = f"entry {expected}"
        if number != expected:
            raise Found("gap", where, expected, f"entry {number}", f"entry {expected}")
        if not isinstance(header, bytes) or leaf_hash(header) != leaf:
            made = leaf_hash(header) if isinstance(header, bytes) else b""
            raise Found("leaf", where, number, leaf, made)
        for level, place, hashes in self.edge.grow([leaf]):
            self._tile(store, level, place, hashes)
        self._check_witness()
        digest = self._header(where, number, (received_at, header), batch)
        if found_by != payload_key(digest):
            raise Found("payload_key", where, number, found_by, payload_key(digest))
        if payload is None:
            self._erased(number, leaf)
        elif not isinstance(payload, bytes) or sha256(payload).digest() != digest:
            made = sha256(payload).digest() if isinstance(payload, bytes) else payload
            raise Found("payload", where, number, made, digest)
        elif number in self._listed:
            self._present.append(number)
        if self.acts and self.acts[-1] == (number, ERASURE):
            self._act(store, number, payload or b"")

    def _erased(self, number: int, leaf: bytes) -> None:
        where = f"entry {number}"
        if self._may_be_erased is not None:
            if number not in self._may_be_erased:
                raise Found("payload", where, number, "no payload", "one; its erasure is not known")
        elif number not in self._listed or self._listed[number].leaf != leaf.hex():
            raise Found("payload", where, number, "no payload", "one, or a later entry that says it was erased")
        self.erased.append(number)

    def _act(self, store: Sqlite, number: int, payload: bytes) -> None:
        """Check that an act of erasure lists earlier entries with their actual hashes."""
        where = f"entry {number}"
        try:
            act = Erasure.from_json(payload)
        except ValueError as fault:
            raise Found("erasure", where, number, fault, "an act of erasure") from fault
        for entry, leaf, digest in act.entries:
            row = store.row("SELECT leaf, header FROM entry WHERE number = ? AND number < ?", (entry, number))
            fields = {} if row is None else json.loads(row[1])
            if fields.get("media") == LOST:
                continue
            if row is None or (row[0].hex(), fields.get("payload_sha256")) != (leaf, digest):
                raise Found("erasure", where, number, f"entry {entry} as {leaf}", "an earlier entry as it stands")

    def _header(self, where: str, number: int, stored: tuple[int, bytes], batch: int) -> bytes:
        """Check the fields of the header; return the payload's hash. The root proves the fields later."""
        received_at, header = stored
        try:
            fields = Entry(number, instant_from(0), header, None).fields
            stated = instant_text(received_at)
            digest = bytes.fromhex(fields["payload_sha256"])
            for named in fields["attachments"]:
                self._attached.setdefault(named, number)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as fault:
            raise Found("header", where, number, fault, "a header that can be read") from fault
        if fields.get("received_at") != stated:
            raise Found("received_at", where, number, stated, fields.get("received_at"))
        if received_at < self._last_at:
            raise Found("time", where, number, stated, f"{instant_text(self._last_at)} or later")
        if fields.get("batch") != batch:
            raise Found("batch", where, number, f"a group from {batch} on", f"a group from {fields.get('batch')} on")
        if (medium := fields.get("media")) in ACTS:
            self.acts.append((number, medium))
        self._last_at = received_at
        return digest

    def _tile(self, store: Sqlite, level: int, place: int, hashes: bytes) -> None:
        row = store.row("SELECT hashes FROM tile WHERE level = ? AND place = ?", (level, place))
        if row is None or row[0] != hashes:
            first = place * TILE_WIDTH ** (level + 1) + 1
            if row is not None and level == 0 and isinstance(row[0], bytes):
                first += next(
                    (at // 32 for at in range(0, 8192, 32) if row[0][at : at + 32] != hashes[at : at + 32]), 0
                )
            saw = "nothing" if row is None else row[0]
            raise Found("tile", tile_path(level, place), first, saw, hashes)

    def _checkpoint(self, size: int, text: bytes, charter: LedgerCharter) -> None:
        where = f"checkpoint {size}"
        try:
            head = open_checkpoint(text.decode(), charter.origin, self.key)
        except (NoteRefused, UnicodeDecodeError, AttributeError) as fault:
            raise Found("checkpoint", where, size, fault, "a checkpoint signed by this ledger") from fault
        if head.size != size or size != self.edge.size or not _is_alone(text):
            raise Found("checkpoint", where, size, f"size {head.size}", f"size {size}, signed once")
        if head.root != self.edge.root():
            raise Found("root", where, size, self.edge.root(), head.root)
        self.checkpoint_count += 1

    def _check_witness(self) -> None:
        for head in self._witnesses:
            if head.size == self.edge.size and head.root != self.edge.root():
                raise Found("witness", f"witness {head.size}", None, self.edge.root(), head.root)

    def _end(self, store: Sqlite) -> None:
        size = self.edge.size
        most = max((head.size for head in self._witnesses), default=0)
        if most > size:
            where = f"witness {most}, entries {numbers_text(range(size + 1, most + 1))} are missing"
            raise Found("witness", where, size + 1, f"{size} entries: an old copy", f"at least {most}")
        for number in self._present if self._may_be_erased is None else ():
            act = self._listed[number].act
            raise Found("erasure", f"entry {number}", number, "a payload", f"none: entry {act} says it was erased")
        full = sum(size >> (8 * level) for level in range(1, 8))
        stored = (store.row("SELECT count(*) FROM tile") or (0,))[0]
        if stored != full:
            raise Found("tile", "tiles", None, f"{stored} tiles", f"{full} tiles")

    def _blobs(self, store: Sqlite) -> None:
        for name, content in store.rows("SELECT sha256, content FROM blob"):
            made = sha256(content).digest() if isinstance(content, bytes) else b""
            number = self._attached.pop(made.hex(), None)
            if name != made or number is None:
                raise Found("blob", f"blob {printable(name)}", number, made, "what an entry attaches, under its hash")
        for named, number in self._attached.items():
            raise Found("blob", f"entry {number}", number, "no blob", named)


def _is_alone(text: bytes) -> bool:
    return text.count("\u2014 ".encode()) == 1
