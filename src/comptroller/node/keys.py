"""A node's charter and key: read, encrypted under a passphrase, changed."""

import logging
import os
from dataclasses import asdict, replace
from pathlib import Path

import msgspec

from comptroller.ledger.key import KeyRefused, SignerKey, VerifierKey, is_encrypted, key_bytes, load_key
from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.node.files import CHARTER, KEY, Charter, write_whole
from comptroller.node.lock import NodeLock

_log = logging.getLogger(__name__)


def read_charter(folder: Path) -> Charter:
    """Return a node's charter. Raises Refused for a folder that is not a node."""
    path = folder / CHARTER
    try:
        return msgspec.json.decode(path.read_bytes(), type=Charter)
    except OSError as error:
        raise Refused([refusal("node.absent", (str(folder), None, ""), error.strerror, file=CHARTER)]) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused([refusal("node.charter", (str(path), None, ""), error, file=CHARTER)]) from error


def write_charter(folder: Path, charter: Charter) -> None:
    """Write a charter over the old one, atomically."""
    write_whole(folder / CHARTER, charter_bytes(charter))


def charter_bytes(charter: Charter) -> bytes:
    """Return a charter as it lies in its file."""
    return msgspec.json.format(msgspec.json.encode(asdict(charter)), indent=2) + b"\n"


def read_key(folder: Path, charter: Charter, passphrase: bytes | None) -> SignerKey:
    """Return a node's key. Raises Refused where it cannot be read, or is unencrypted although the charter
    forbids it.
    """
    path = folder / KEY
    try:
        is_open = not is_encrypted(path)
        if is_open and charter.needs_passphrase:
            raise KeyRefused("an unencrypted key, in a node that requires a passphrase")
        key = load_key(path, charter.origin, passphrase)
        if charter.verifier and str(key.verifier) != charter.verifier:
            raise KeyRefused(f"the key {key.verifier}; the charter names {charter.verifier}")
    except (KeyRefused, OSError) as error:
        raise Refused([_unreadable(path, str(error))]) from error
    if is_open and passphrase:
        _log.warning("%s is not encrypted although a passphrase is given; encrypt it: comptroller passphrase", path)
    return key


def verifier_of(folder: Path, passphrase: bytes | None) -> VerifierKey:
    """Return the public key of a node: from the charter, or from the key where the charter does not name it."""
    charter = read_charter(folder)
    if not charter.verifier:
        return read_key(folder, charter, passphrase).verifier
    try:
        return VerifierKey.parse(charter.verifier)
    except KeyRefused as error:
        raise Refused([refusal("node.charter", (CHARTER, None, "verifier"), error, file=CHARTER)]) from error


def change_passphrase(folder: Path, old: bytes | None, new: bytes | None, *, is_needed: bool) -> None:
    """Encrypt a node's key under another passphrase, and set whether the node requires one.

    The old file is overwritten after the new one is durable. Raises Refused where the old passphrase does not open the
    key, and where a node that requires a passphrase would be left without one.
    """
    charter = read_charter(folder)
    lock = NodeLock(folder)
    try:
        key = read_key(folder, charter, old)
        if is_needed and not new:
            raise Refused([refusal("node.passphrase", (str(folder / KEY), None, ""), "-")])
        if not is_needed and charter.needs_passphrase:
            write_charter(folder, replace(charter, needs_passphrase=False))
        with (folder / KEY).open("r+b") as before:
            write_whole(folder / KEY, key_bytes(key, new))
            before.write(bytes(os.fstat(before.fileno()).st_size))
            before.flush()
            os.fsync(before.fileno())
        if is_needed and not charter.needs_passphrase:
            write_charter(folder, replace(charter, needs_passphrase=True))
    finally:
        lock.release()


def _unreadable(path: Path, fault: str) -> Refusal:
    return refusal("node.key", (str(path), None, ""), fault)
