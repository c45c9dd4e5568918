"""The signed statement of a tree's size and root: C2SP tlog-checkpoint inside C2SP signed-note, with Ed25519.

A checkpoint is three lines (origin, size, root in base64), an empty line, and signature lines. One spelling only is read.
"""

import base64
import binascii
import re
from dataclasses import dataclass

from comptroller.ledger.key import SignerKey, VerifierKey, is_key_name
from comptroller.ledger.tree import HASH_BYTES

_MOST_BYTES = 1 << 20
_MOST_SIGNATURES = 100
_ID_BYTES = 4
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteRefused(ValueError):
    """A note or checkpoint is not in the form of C2SP, or is not signed by the expected key."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the key's name, its 4-byte id, and what the key made of the text."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree's size and root under its origin. `text` is the whole signed note."""

    origin: str
    size: int
    root: bytes
    text: str


def sign_note(body: str, key: SignerKey) -> str:
    """Sign a text that ends in a newline; returns the whole note. Source: C2SP signed-note, "Format".

    Raises NoteRefused for a body that is empty, lacks the last newline, or holds control characters.
    """
    if not body.endswith("\n") or _has_control(body):
        raise NoteRefused("a note's text ends in a newline and holds no other control character")
    return _join(body, (Signature(key.name, key.verifier.key_id, key.sign(body.encode())),))


def split_note(text: str) -> tuple[str, tuple[Signature, ...]]:
    """Part a note into its body and its signatures, unverified. Raises NoteRefused for every other form."""
    if len(text) > _MOST_BYTES or _has_control(text):
        raise NoteRefused("a note holds no control characters and is not longer than a megabyte")
    body, gap, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or lines.pop() or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise NoteRefused("a note is a text, an empty line, and signature lines")
    signatures = tuple(_signature(line) for line in lines)
    if _join(body + "\n", signatures) != text:
        raise NoteRefused("a note is spelled in one way only")
    return body + "\n", signatures


def open_note(text: str, key: VerifierKey) -> str:
    """Return the body of a note that `key` signed.

    Signatures of other keys are passed over. Raises NoteRefused for a note that `key` did not sign, or signed wrongly.
    """
    body, signatures = split_note(text)
    own = [line for line in signatures if line.name == key.name and line.key_id == key.key_id]
    if not own:
        raise NoteRefused(f"the note is not signed by {key}")
    if not all(key.verifies(line.value, body.encode()) for line in own):
        raise NoteRefused(f"the signature of {key.name} does not fit the note's text")
    return body


def sign_checkpoint(origin: str, size: int, root: bytes, key: SignerKey) -> Checkpoint:
    """State that the tree of `origin` had this root at this size."""
    body = _body(origin, size, root)
    return Checkpoint(origin, size, root, sign_note(body, key))


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse a checkpoint without checking its signature. Raises NoteRefused for every other form. Source: C2SP
    tlog-checkpoint.

    Extension lines are accepted, as they must be, and have no meaning here.
    """
    body, _ = split_note(text)
    lines = body.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise NoteRefused("a checkpoint has an origin, a size and a root, each on its line")
    origin, size_text, root_text = lines[:3]
    if not (size_text.isascii() and size_text.isdigit()) or len(size_text) > 20 or str(int(size_text)) != size_text:
        raise NoteRefused(f"a tree's size is a whole number without leading zeros, not {size_text!r}")
    root = _decode(root_text)
    if len(root) != HASH_BYTES:
        raise NoteRefused(f"a root has 32 bytes, not {len(root)}")
    return Checkpoint(origin, int(size_text), root, text)


def open_checkpoint(text: str, origin: str, key: VerifierKey) -> Checkpoint:
    """Read a checkpoint that `key` signed for `origin`. Raises NoteRefused for everything else."""
    open_note(text, key)
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin != origin:
        raise NoteRefused(f"saw a checkpoint of {checkpoint.origin!r}, expected one of {origin!r}")
    return checkpoint


def _body(origin: str, size: int, root: bytes) -> str:
    if not origin or "\n" in origin or size < 0 or len(root) != HASH_BYTES:
        raise NoteRefused(f"not a tree's head: {origin!r}, {size}, {root.hex()}")
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def _join(body: str, signatures: tuple[Signature, ...]) -> str:
    lines = [f"\u2014 {line.name} {base64.b64encode(line.key_id + line.value).decode()}\n" for line in signatures]
    return f"{body}\n{''.join(lines)}"


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not is_key_name(parts[1]):
        raise NoteRefused(f"not a signature line: {line!r}")
    raw = _decode(parts[2])
    if len(raw) <= _ID_BYTES:
        raise NoteRefused(f"a signature is longer than its key's id: {line!r}")
    return Signature(parts[1], raw[:_ID_BYTES], raw[_ID_BYTES:])


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoteRefused(f"not base64: {text!r}") from fault


def _has_control(text: str) -> bool:
    return _CONTROL.search(text) is not None
