"""The demonstration's tip-offs are open: its line has a key that is new each time and opens with the passphrase."""

import base64
import json

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from comptroller.cli.demo_public import new_key, with_signer


def test_a_key_is_new_each_time_and_its_passphrase_opens_it():
    """The private half, unlocked as the page unlocks it, belongs to the public half; no two demonstrations share one."""
    (public, kept), (other, _) = new_key("a passphrase"), new_key("a passphrase")
    said = {name: base64.b64decode(value) for name, value in json.loads(kept).items()}
    lock = PBKDF2HMAC(SHA256(), 32, said["salt"], 600_000).derive(b"a passphrase")
    secret = load_der_private_key(AESGCM(lock).decrypt(said["iv"], said["key"], None), None)
    shown = secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64encode(shown).decode() == public
    assert public != other


def test_its_answers_are_signed():
    """The half that signs lies beside the other, under the same passphrase, and belongs to the half that verifies."""
    _, kept = new_key("a passphrase")
    public, kept = with_signer(kept, "a passphrase")
    said = json.loads(kept)
    lock = PBKDF2HMAC(SHA256(), 32, base64.b64decode(said["salt"]), 600_000).derive(b"a passphrase")
    signer = {name: base64.b64decode(value) for name, value in said["sign"].items()}
    secret = load_der_private_key(AESGCM(lock).decrypt(signer["iv"], signer["key"], None), None)
    shown = secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64encode(shown).decode() == public
