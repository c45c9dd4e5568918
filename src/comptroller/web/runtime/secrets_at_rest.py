"""Secrets that the desk must read again: named in the environment, or encrypted under the node's passphrase.

A text is `argon2id:1:MEMORY:PASSES:LANES:SALT:CIPHER`: the version, the cost of key derivation (KiB of memory, passes,
lanes), the salt, and nonce with AES-256-GCM cipher, both in base64. Older texts (`sealed:`, a key without salt or cost)
are read too, and `renewed` returns them in the current form.
"""

import base64
import os
import re
from functools import lru_cache
from hashlib import sha512

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comptroller.model.refusal import Refused, refusal
from comptroller.model.text import message

_IN_ENVIRONMENT = re.compile(r"env:(COMPTROLLER_SECRET_[A-Z0-9_]{1,60})", re.ASCII)
_PRESENT = re.compile(r"argon2id:1:(\d{1,8}):(\d{1,3}):(\d{1,2}):([A-Za-z0-9+/]+=*):([A-Za-z0-9+/]+=*)", re.ASCII)
_BEFORE, _SALT, _NONCE = "sealed:", 16, 12
_COST = (65_536, 3, 1)
"""KiB of memory, passes and lanes: the second recommendation of RFC 9106 with one lane; a guess costs some 0.1 s."""
_MOST_COST = (1_048_576, 64, 16)
"""Highest cost that is accepted from a text, so that an altered one cannot fill the memory."""


def encrypt(secret: bytes, passphrase: bytes | None, nonce: bytes) -> str:
    """Return a secret encrypted for storage; raises Refused when the node has no passphrase.

    `nonce` is random and for this secret alone; salt and nonce of the cipher come from it.
    """
    if not passphrase:
        expected, fix = message("desk.secret.reference:expected"), message("desk.secret.reference:fix")
        raise Refused([refusal("desk.secret", ("", None, "secret"), "-", expected, fix)])
    drawn = sha512(nonce).digest()
    salt, box = drawn[:_SALT], drawn[_SALT : _SALT + _NONCE]
    head = f"argon2id:1:{':'.join(map(str, _COST))}:{_text(salt)}:"
    cipher = AESGCM(_key(passphrase, salt, _COST)).encrypt(box, secret, head.encode())
    return head + _text(box + cipher)


def is_named(text: str) -> bool:
    """Return whether a text names a secret of the environment in the accepted form.

    >>> is_named("env:COMPTROLLER_SECRET_A"), is_named("env:PATH")
    (True, False)
    """
    return _IN_ENVIRONMENT.fullmatch(text) is not None


def decrypt(text: str, passphrase: bytes | None) -> bytes:
    """Return the secret; raises Refused for one that is missing or cannot be decrypted."""
    if match := _IN_ENVIRONMENT.fullmatch(text):
        value = os.environ.get(match.group(1), "")
        if value:
            return value.encode()
    elif passphrase and (secret := _opened(text, passphrase)) is not None:
        return secret
    raise Refused([refusal("desk.secret", ("", None, "secret"), text.partition(":")[0])])


def renewed(text: str, passphrase: bytes | None, nonce: bytes) -> str:
    """Return an older text in the current form; other texts, and those that cannot be decrypted, are returned
    unchanged.
    """
    if not passphrase or not text.startswith(_BEFORE):
        return text
    secret = _opened(text, passphrase)
    return text if secret is None else encrypt(secret, passphrase, nonce)


def _opened(text: str, passphrase: bytes) -> bytes | None:
    """Return the secret of a text, or None for an unknown form or a failed decryption."""
    try:
        if match := _PRESENT.fullmatch(text):
            memory, passes, lanes = (int(match.group(at)) for at in (1, 2, 3))
            cost, salt, box = (memory, passes, lanes), _bytes(match.group(4)), _bytes(match.group(5))
            if any(not 0 < value <= most for value, most in zip(cost, _MOST_COST, strict=True)):
                return None
            if len(salt) != _SALT or memory < 8 * lanes:
                return None
            head = text[: match.start(5)].encode()
            return AESGCM(_key(passphrase, salt, cost)).decrypt(box[:_NONCE], box[_NONCE:], head)
        if text.startswith(_BEFORE):
            box = _bytes(text.removeprefix(_BEFORE))
            return AESGCM(_key_before(passphrase)).decrypt(box[:_NONCE], box[_NONCE:], None)
    except (InvalidTag, ValueError):  # binascii.Error is a ValueError, as is a nonce that is too short
        return None
    return None


@lru_cache(maxsize=256)
def _key(passphrase: bytes, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    """Derive the key of one text. Results are cached in the process: otherwise each message would wait for it."""
    memory, passes, lanes = cost
    return hash_secret_raw(passphrase, salt, passes, memory, lanes, 32, Type.ID)


def _key_before(passphrase: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"comptroller secrets of the desk").derive(passphrase)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    """Return the bytes of strict base64; raises ValueError for anything else."""
    return base64.b64decode(text, validate=True)
