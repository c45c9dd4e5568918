"""What makes the demonstration's public pages whole: a key of the line that takes tip-offs, made anew each time."""

import base64
import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from comptroller.desk.public.answers import line_for
from comptroller.desk.state import Desk
from comptroller.desk.tipbox import ITEM, keep_key, today

_ROUNDS = 600_000


def open_tips(desk: Desk, officer: str, passphrase: str) -> str:
    """Keep a new key of the line that takes tip-offs, as its officer's browser would; gives the line, '' where none does."""
    line = line_for(desk, ITEM, today(desk))
    if not line or "line_key" not in desk.pack.kinds:
        return ""
    keep_key(desk, line, new_key(passphrase), officer)
    return line


def new_key(passphrase: str) -> tuple[str, str]:
    """Give a pair of P-256 as `seal.js` writes it: the public half, and the private half locked by a passphrase."""
    secret = ec.generate_private_key(ec.SECP256R1())
    salt, iv = os.urandom(16), os.urandom(12)
    lock = PBKDF2HMAC(SHA256(), 32, salt, _ROUNDS).derive(passphrase.encode())
    plain = secret.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    kept = {"salt": salt, "iv": iv, "key": AESGCM(lock).encrypt(iv, plain, None)}
    public = secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _text(public), json.dumps({name: _text(value) for name, value in kept.items()})


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
