"""Checkpoints outside the ledger's file: read from a file of any content, and the highest one stored by a node.

A fault of such a file is a fault of that file: `WitnessRefused` names it, and states nothing about the ledger.
"""

import codecs
import os
from pathlib import Path

from comptroller.ledger.checkpoint import Checkpoint, NoteRefused, open_note, parse_checkpoint, split_note
from comptroller.ledger.key import VerifierKey
from comptroller.model.refusal import Refusal, refusal

SLOT_BYTES = 4096
"""Two slots, written in turn, so that a write that is cut off leaves the other one whole."""
_MOST_BYTES = 1 << 20
_ENCODINGS = (
    (codecs.BOM_UTF8, "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class WitnessRefused(ValueError):
    """A file holds no checkpoint that this ledger signed. `code` is one of missing, encoding, form, foreign, damaged."""

    def __init__(self, code: str, seen: str) -> None:
        """Store the code and what the file contained."""
        super().__init__(seen)
        self.code, self.seen = code, seen


def read_witness(path: Path, origin: str, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint in a file; raises WitnessRefused for everything that is not one of this ledger."""
    try:
        if path.exists() and not path.is_file():
            raise WitnessRefused("missing", "not a regular file")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as fault:
        if isinstance(fault, WitnessRefused):
            raise
        raise WitnessRefused("missing", getattr(fault, "strerror", None) or str(fault)) from fault
    if len(content) in {SLOT_BYTES, 2 * SLOT_BYTES} and b"\0" in content:
        heads = [head for head in _slots(content, origin, key) if head is not None]
        if heads:
            return max(heads, key=lambda head: head.size)
    return parse_witness(content, origin, key)


def parse_witness(content: bytes, origin: str, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint that these bytes are; raises WitnessRefused for everything that is not one of this ledger."""
    text = _decode(content)
    try:
        _, signatures = split_note(text)
        head = parse_checkpoint(text)
    except (NoteRefused, ValueError) as fault:
        raise WitnessRefused("form", str(fault)) from fault
    signers = {line.name for line in signatures}
    if head.origin != origin and key.name not in signers:
        raise WitnessRefused("foreign", f"a checkpoint of {head.origin!r}, signed by {', '.join(sorted(signers))}")
    if not any(line.name == key.name and line.key_id == key.key_id for line in signatures):
        names = ", ".join(f"{line.name}+{line.key_id.hex()}" for line in signatures)
        raise WitnessRefused("foreign", f"signed by {names}, which is another key, or the signature line is damaged")
    try:
        open_note(text, key)
    except NoteRefused as fault:
        raise WitnessRefused("damaged", str(fault)) from fault
    if head.origin != origin:
        raise WitnessRefused("foreign", f"a checkpoint of {head.origin!r}")
    return head


def _decode(content: bytes) -> str:
    """Return the text of a file in UTF-8; raises WitnessRefused with the name of another encoding."""
    if not content.strip(b"\0"):
        raise WitnessRefused("form", "an empty file")
    if len(content) > _MOST_BYTES:
        raise WitnessRefused("form", f"more than {_MOST_BYTES} bytes")
    for mark, name in _ENCODINGS:
        if content.startswith(mark):
            raise WitnessRefused("encoding", name)
    if b"\0" in content:
        raise WitnessRefused("encoding", "bytes of value zero: UTF-16 or a binary file")
    if b"\r" in content:
        raise WitnessRefused("encoding", "lines ended by CR LF")
    try:
        text = content.decode()
    except UnicodeDecodeError as fault:
        raise WitnessRefused("encoding", f"not UTF-8 at byte {fault.start}") from fault
    if text.lstrip().startswith("{"):
        raise WitnessRefused("form", "JSON; the checkpoint is the text of its field `checkpoint`")
    return text


def _slots(content: bytes, origin: str, key: VerifierKey) -> list[Checkpoint | None]:
    """Return the checkpoint of each slot, None for one that holds none."""
    slots: list[Checkpoint | None] = []
    for at in range(0, 2 * SLOT_BYTES, SLOT_BYTES):
        try:
            slots.append(parse_witness(content[at : at + SLOT_BYTES].rstrip(b"\0"), origin, key))
        except WitnessRefused:
            slots.append(None)
    return slots


def witness_refusal(fault: WitnessRefused, path: str) -> Refusal:
    """Return the refusal of a file that holds no checkpoint of this ledger."""
    return refusal(_CODES[fault.code], (path, None, ""), fault.seen)


_CODES = {
    "missing": "witness.missing",
    "encoding": "witness.encoding",
    "form": "witness.form",
    "foreign": "witness.foreign",
    "damaged": "witness.damaged",
}


class WitnessFile:
    """The file of the highest checkpoint that a node has signed.

    A write is one system call into one of two slots, without waiting for the disk. A killed process loses nothing.
    After a loss of power the file may lag behind the ledger, never the reverse.
    """

    def __init__(self, path: Path, origin: str, key: VerifierKey) -> None:
        """Store the path of the file, with origin and key of its checkpoints; nothing is opened yet."""
        self.path = path
        self._origin, self._key = origin, key
        self._handle = -1
        self._slot = 0

    def read(self) -> Checkpoint | None:
        """Return the highest checkpoint, None where there is no file; raises WitnessRefused where none can be read."""
        if not self.path.exists():
            return None
        try:
            content = self.path.read_bytes()
        except OSError as fault:
            raise WitnessRefused("missing", fault.strerror or str(fault)) from fault
        heads = [(head.size, slot, head) for slot, head in enumerate(self._slots(content)) if head is not None]
        if not heads:
            raise WitnessRefused("damaged", f"no checkpoint of this ledger in {len(content)} bytes")
        _, slot, head = max(heads, key=lambda slot_head: slot_head[:2])
        self._slot = 1 - slot
        return head

    def write(self, head: Checkpoint) -> None:
        """Write a checkpoint into the slot that does not hold the last one. Raises OSError where the disk fails."""
        content = head.text.encode()
        if len(content) > SLOT_BYTES:
            raise ValueError(f"a checkpoint has at most {SLOT_BYTES} bytes, not {len(content)}")
        if self._handle < 0:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.pwrite(self._handle, content.ljust(SLOT_BYTES, b"\0"), self._slot * SLOT_BYTES)
        self._slot = 1 - self._slot

    def reset(self, head: Checkpoint) -> None:
        """Write a checkpoint into both slots, so that no higher one remains, and wait for the disk."""
        self.write(head)
        self.write(head)
        os.fsync(self._handle)

    def close(self) -> None:
        """Wait for the disk and close the file; twice is harmless."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _slots(self, content: bytes) -> list[Checkpoint | None]:
        return _slots(content, self._origin, self._key)
