"""The values of the ledger: the accepted report, the entry, its header, the receipt.

The header is the leaf: canonical JSON (RFC 8785 for what is allowed in it) with the hash of the payload in place of the
payload. So a payload can be erased by law while every proof remains valid.
"""

import base64
import binascii
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from typing import Any

from comptroller.ledger.checkpoint import Checkpoint, NoteRefused, open_checkpoint
from comptroller.ledger.key import VerifierKey
from comptroller.ledger.tree import check_inclusion, leaf_hash

HEADER_FORMAT = 1
RECEIPT_FORMAT = "comptroller.receipt/1"
MOST_PAYLOAD_BYTES = 512 * 1024 * 1024
_SHA256_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NOTE_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}", re.ASCII)
_KEY = struct.Struct(">q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: A row of the table `entry`: number, received_at, payload_key, leaf, header, payload.
EntryRow = tuple[int, int, int, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A report that intake accepted, as it was received.

    `media` is json, ndjson, csv, xlsx, parquet, xes, zip...; `name` the file's name or ''; `kind` is '' where the payload
    names it; `attachments` are SHA-256 (hex) of blobs that explain the payload, such as a mapping or a pack;
    `note` holds small further header fields, such as a signature and its key's id.
    """

    payload: bytes
    media: str
    reporter: str
    name: str = ""
    kind: str = ""
    attachments: tuple[str, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A report as the ledger holds it. Numbers start at 1; the leaf's place in the tree is number - 1.

    `payload` is None once erased by law.
    """

    number: int
    received_at: datetime
    header: bytes
    payload: bytes | None

    @property
    def fields(self) -> dict[str, Any]:
        """The header's fields, parsed anew at each call."""
        parsed: dict[str, Any] = json.loads(self.header)
        return parsed

    @property
    def leaf(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.header)

    @property
    def is_erased(self) -> bool:
        """Return whether the payload was erased."""
        return self.payload is None


@dataclass(frozen=True, slots=True)
class Appended:
    """What one `append` wrote: the entries' numbers, their leaf hashes in order, the checkpoint over them."""

    first: int
    last: int
    leaves: tuple[bytes, ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof that an entry is in the ledger: anyone who knows the verifier key can check it with `check_receipt`."""

    number: int
    leaf: bytes
    size: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def to_json(self) -> str:
        """Return the receipt as JSON: hashes in base64, the checkpoint as its text."""
        return json.dumps(
            {
                "format": RECEIPT_FORMAT,
                "entry": self.number,
                "leaf": _encode(self.leaf),
                "size": self.size,
                "proof": [_encode(step) for step in self.proof],
                "checkpoint": self.checkpoint,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "Receipt":
        """Read what `to_json` gave. Raises ValueError for everything else."""
        try:
            fields = json.loads(text)
            if (
                fields["format"] != RECEIPT_FORMAT
                or type(fields["entry"]) is not int
                or type(fields["size"]) is not int
            ):
                raise ValueError("another format")
            if not isinstance(fields["checkpoint"], str):
                raise TypeError("the checkpoint is text")
            proof = tuple(_decode(step) for step in fields["proof"])
            return cls(fields["entry"], _decode(fields["leaf"]), fields["size"], proof, fields["checkpoint"])
        except (KeyError, TypeError, ValueError, RecursionError) as fault:
            raise ValueError(f"not a receipt of format {RECEIPT_FORMAT}: {fault}") from fault


def check_receipt(receipt: Receipt, header: bytes, key: VerifierKey) -> list[str]:
    """Return all faults of a receipt for this header under this key; an empty list means that it is valid.

    A reader who also has the payload compares its SHA-256 with the header's `payload_sha256`.
    """
    problems: list[str] = []
    leaf = leaf_hash(header)
    if leaf != receipt.leaf:
        problems.append(f"leaf: saw {receipt.leaf.hex()}, expected {leaf.hex()}, which the header hashes to")
    try:
        head = open_checkpoint(receipt.checkpoint, key.name, key)
    except NoteRefused as fault:
        return [*problems, f"checkpoint: {fault}"]
    if head.size != receipt.size:
        problems.append(f"size: saw {receipt.size}, expected {head.size}, which the checkpoint states")
    if not check_inclusion(leaf, receipt.number - 1, head.size, receipt.proof, head.root):
        problems.append(f"proof: does not lead from entry {receipt.number} to the checkpoint's root")
    return problems


def header_of(report: Accepted, digest: str, received: str, batch: int) -> bytes:
    """Return the header: canonical JSON, equal byte for byte to `json.dumps` with sorted keys, no spaces, UTF-8.

    `digest` is the payload's SHA-256 in hex, and `received` comes from `instant_text`. `batch` is the number of the
    first entry of the group that is committed together, so that the groups of a rebuild are in the tree.

    Raises ValueError for:
    - text that UTF-8 cannot carry;
    - an attachment that is not a SHA-256 in hex;
    - a note with a name that is not a short lower-case word;
    - a payload above 512 MiB.
    """
    attachments, note = "[]", "{}"
    if report.attachments:
        for named in report.attachments:
            if not _SHA256_HEX.fullmatch(named):
                raise ValueError(f"an attachment is named by its SHA-256 in hex, not {named!r}")
        attachments = f"[{','.join(map(_quoted, report.attachments))}]"
    if report.note:
        for word in report.note:
            if not _NOTE_NAME.fullmatch(word):
                raise ValueError(f"a note's name is a short lower-case word, not {word!r}")
        note = f"{{{','.join(f'{_quoted(word)}:{_quoted(value)}' for word, value in sorted(report.note.items()))}}}"
    if len(report.payload) > MOST_PAYLOAD_BYTES:
        raise ValueError(f"a payload has at most {MOST_PAYLOAD_BYTES} bytes, not {len(report.payload)}")
    return (
        f'{{"attachments":{attachments},"batch":{batch},"format":{HEADER_FORMAT},"kind":{_quoted(report.kind)},'
        f'"media":{_quoted(report.media)},"name":{_quoted(report.name)},"note":{note},"payload_sha256":"{digest}",'
        f'"payload_size":{len(report.payload)},"received_at":"{received}","reporter":{_quoted(report.reporter)}}}'
    ).encode()


def rows_of(reports: Sequence[Accepted], at: int, first: int) -> tuple[list[bytes], list[EntryRow]]:
    """Return the leaf hashes and the rows of a group received at `at` (microseconds), numbered from `first` on."""
    received = instant_text(at)
    leaves: list[bytes] = []
    rows: list[EntryRow] = []
    for number, report in enumerate(reports, first):
        digest = sha256(report.payload).digest()
        header = header_of(report, digest.hex(), received, first)
        leaf = sha256(b"\x00" + header).digest()
        leaves.append(leaf)
        rows.append((number, at, _KEY.unpack_from(digest)[0], leaf, header, report.payload))
    return leaves, rows


def payload_key(digest: bytes) -> int:
    """Return the first 8 bytes of a SHA-256 as the signed number that payloads are found by."""
    key: int = _KEY.unpack_from(digest)[0]
    return key


def payload_digest(payload: bytes) -> str:
    """Return a payload's SHA-256 in hex, as the header names it."""
    return sha256(payload).hexdigest()


def instant_micros(instant: datetime) -> int:
    """Return microseconds since 1970 in UTC. Raises ValueError for an instant with an offset that is not zero,
    or without one.
    """
    if instant.utcoffset() != timedelta(0):
        raise ValueError(f"an instant is in UTC: {instant!r}")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant_from(micros: int) -> datetime:
    """Return the instant for microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def instant_text(micros: int) -> str:
    """Return the one spelling used in headers.

    >>> instant_text(1_722_470_400_000_001)
    '2024-08-01T00:00:00.000001Z'
    """
    return instant_from(micros).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise ValueError(f"not base64: {text!r}") from fault
