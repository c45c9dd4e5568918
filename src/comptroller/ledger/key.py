"""The Ed25519 keys that sign checkpoints: made, stored in a file, and published (C2SP signed-note).

A key has a name, which is the ledger's origin: a schema-less URL without spaces or plus signs.
"""

import base64
import binascii
import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES = 32
_ED25519 = b"\x01"


class KeyRefused(ValueError):
    """A key cannot be read or used: wrong form, wrong passphrase, or a file others can read."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half, with its name. `str()` returns the C2SP form `<name>+<key id>+<base64>`; `parse` reads it."""

    name: str
    public: bytes
    #: The first 4 bytes of SHA-256(name || 0x0A || 0x01 || key). Source: C2SP signed-note, "Signatures".
    key_id: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Raise KeyRefused for a name with spaces or plus signs, and for a key that is not 32 bytes."""
        if not is_key_name(self.name):
            raise KeyRefused(f"a key's name holds no spaces, plus signs or control characters: {self.name!r}")
        if len(self.public) != SEED_BYTES:
            raise KeyRefused(f"an Ed25519 key has 32 bytes, not {len(self.public)}")
        hashed = sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()
        object.__setattr__(self, "key_id", hashed[:4])

    def __str__(self) -> str:
        """Return the C2SP form."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read the C2SP form. Raises KeyRefused for another algorithm, a wrong key id, and any other spelling."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as fault:
            raise KeyRefused(f"not a verifier key: {text!r}") from fault
        if raw[:1] != _ED25519:
            raise KeyRefused(f"not an Ed25519 verifier key: {text!r}")
        key = cls(name, raw[1:])
        if str(key) != text:
            raise KeyRefused(f"not a verifier key: {text!r}; saw key id {key_id}, expected {key.key_id.hex()}")
        return key

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether `signature` (64 bytes) is this key's over `message`. Source: RFC 8032."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """The private half beside the public one; `make_key` and `load_key` make it. Its `repr` does not show the secret."""

    verifier: VerifierKey
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def name(self) -> str:
        """The key's name."""
        return self.verifier.name

    def sign(self, message: bytes) -> bytes:
        """Sign; returns 64 bytes, always the same for the same message. Source: RFC 8032."""
        return self.private.sign(message)


def make_key(name: str, seed: bytes) -> SignerKey:
    """Make the key that `seed` (32 random bytes, handed in) determines.

    >>> str(make_key("example.org/ledger", bytes(32)).verifier)
    'example.org/ledger+e5f2095f+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
    """
    if len(seed) != SEED_BYTES:
        raise KeyRefused(f"a seed has 32 bytes, not {len(seed)}")
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return SignerKey(VerifierKey(name, private.public_key().public_bytes_raw()), private)


def save_key(key: SignerKey, path: Path, passphrase: bytes | None = None) -> None:
    """Write the key as PKCS #8 PEM, readable by the owner alone (mode 0600), encrypted where there is a passphrase.

    The name is not in the file. Never overwrites: an existing file raises FileExistsError.
    """
    pem = key_bytes(key, passphrase)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def key_bytes(key: SignerKey, passphrase: bytes | None = None) -> bytes:
    """Return the key as PKCS #8 PEM, encrypted where there is a passphrase."""
    locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        locked = serialization.BestAvailableEncryption(passphrase)
    return key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)


def is_encrypted(path: Path) -> bool:
    """Return whether a key's file is encrypted, by its first line."""
    return b"ENCRYPTED" in path.read_bytes().partition(b"\n")[0]


def load_key(path: Path, name: str, passphrase: bytes | None = None) -> SignerKey:
    """Read a key that `save_key` wrote.

    Raises KeyRefused for a wrong or missing passphrase, another kind of key, and an unencrypted file that others can
    read.
    """
    pem = path.read_bytes()
    is_locked = b"ENCRYPTED" in pem.partition(b"\n")[0]
    if not is_locked and os.name == "posix" and path.stat().st_mode & 0o077:
        raise KeyRefused(f"{path} holds an unencrypted key that others can read; set its mode to 0600")
    try:
        private = serialization.load_pem_private_key(pem, passphrase if is_locked else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise KeyRefused(f"{path}: {fault}") from fault
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyRefused(f"{path} holds another kind of key than Ed25519")
    return make_key(name, private.private_bytes_raw())


def is_key_name(name: str) -> bool:
    """Return whether `name` may name a key: not empty, no spaces, plus signs or control characters. Source: C2SP."""
    return bool(name) and not re.search(r"[\s+\x00-\x1f\x7f]", name) and name.isprintable()
