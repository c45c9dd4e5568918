"""What makes the demonstration's public pages whole: a key of the line that takes tip-offs, made anew each time."""

import base64
import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from comptroller.web.public.answers import line_for
from comptroller.web.runtime.server import Server
from comptroller.web.tips.mailbox import ITEM, keep_key, today

_ROUNDS = 600_000


def open_tips(server: Server, officer: str, passphrase: str) -> str:
    """Make a key for the line that receives tip-offs, as its officer's browser does. Returns the line, or '' if
    no line receives them.
    """
    line = line_for(server, ITEM, today(server))
    if not line or "line_key" not in server.pack.kinds:
        return ""
    public, private = new_key(passphrase)
    sign, private = with_signer(private, passphrase)
    keep_key(server, line, (public, private), officer, sign)
    return line


def new_key(passphrase: str) -> tuple[str, str]:
    """Return a pair of P-256 as `seal.js` writes it: the public half, and the private half locked by a passphrase."""
    secret = ec.generate_private_key(ec.SECP256R1())
    salt, iv = os.urandom(16), os.urandom(12)
    lock = PBKDF2HMAC(SHA256(), 32, salt, _ROUNDS).derive(passphrase.encode())
    plain = secret.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    locked = {"salt": salt, "iv": iv, "key": AESGCM(lock).encrypt(iv, plain, None)}
    public = secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _text(public), json.dumps({name: _text(value) for name, value in locked.items()})


def with_signer(private: str, passphrase: str) -> tuple[str, str]:
    """Return the half that verifies answers, and locked halves with the one that signs them, under the same passphrase."""
    secret, iv, locked = ec.generate_private_key(ec.SECP256R1()), os.urandom(12), json.loads(private)
    lock = PBKDF2HMAC(SHA256(), 32, base64.b64decode(locked["salt"]), _ROUNDS).derive(passphrase.encode())
    plain = secret.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = {"iv": _text(iv), "key": _text(AESGCM(lock).encrypt(iv, plain, None))}
    public = secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _text(public), json.dumps(locked | {"sign": signer})


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
