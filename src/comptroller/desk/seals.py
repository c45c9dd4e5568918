"""Secrets of the desk that must be read again: named in the environment, or encrypted under the node's passphrase."""

import base64
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comptroller.model.refusal import Refused, refusal

_IN_ENVIRONMENT = re.compile(r"env:(COMPTROLLER_SECRET_[A-Z0-9_]{1,60})", re.ASCII)
_SEALED, _NONCE = "sealed:", 12


def seal(secret: bytes, passphrase: bytes | None, nonce: bytes) -> str:
    """Give a secret as it may lie on the disk; refuses (Refused) to keep one where the node has no passphrase."""
    if not passphrase:
        wanted = ("env:COMPTROLLER_SECRET_... 形式的引用", "a reference such as env:COMPTROLLER_SECRET_NAME")
        mend = (
            "把密钥放入环境变量并引用,或为节点设置口令",
            "Put the secret into the environment and name it, or give the node a passphrase.",
        )
        raise Refused([refusal("desk.secret", ("", None, "secret"), "-", wanted, mend)])
    box = nonce[:_NONCE]
    return _SEALED + base64.b64encode(box + AESGCM(_key(passphrase)).encrypt(box, secret, None)).decode()


def is_named(kept: str) -> bool:
    """Say whether a text names a secret of the environment in the form that is taken.

    >>> is_named("env:COMPTROLLER_SECRET_A"), is_named("env:PATH")
    (True, False)
    """
    return _IN_ENVIRONMENT.fullmatch(kept) is not None


def unseal(kept: str, passphrase: bytes | None) -> bytes:
    """Give the secret; refuses (Refused) one that is not there any more or does not open."""
    if found := _IN_ENVIRONMENT.fullmatch(kept):
        said = os.environ.get(found.group(1), "")
        if said:
            return said.encode()
    elif kept.startswith(_SEALED) and passphrase:
        whole = base64.b64decode(kept.removeprefix(_SEALED))
        try:
            return AESGCM(_key(passphrase)).decrypt(whole[:_NONCE], whole[_NONCE:], None)
        except InvalidTag:
            pass
    wanted = ("可读取的密钥", "a secret that can be read")
    mend = ("检查环境变量或节点口令", "Look at the environment, or at the node's passphrase.")
    raise Refused([refusal("desk.secret", ("", None, "secret"), kept.partition(":")[0], wanted, mend)])


def _key(passphrase: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"comptroller secrets of the desk").derive(passphrase)
