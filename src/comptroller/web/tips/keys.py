"""Keys of a line that takes tip-offs: fingerprints, their history, the announcement of a change, and signed answers.

- A key has two public halves: one encrypts tip-offs, one verifies answers. The fingerprint covers both.
- An answer is signed in the browser of the line, under the key of its mailbox. The server verifies it as the
  informant's browser does, and records no other.
"""

import base64
import binascii
import datetime as dt
import json
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from comptroller.model.refusal import Refusal, refusal
from comptroller.web.public.tip_storage import on_day
from comptroller.web.runtime.server import Server

NOTICE = "tip_key_notice_days"
"""Parameter: days that a change of the key is announced."""
KIND, SIGNS = "line_key", "sign_key"
_SIGNATURE_BYTES = 64


def fingerprint(public: str, sign: str = "") -> str:
    """Return the fingerprint of a key's public halves as they are published, in 32 hexadecimal digits.

    >>> fingerprint("") == fingerprint("", "")
    True
    """
    return sha256((f"{public} {sign}" if sign else public).encode()).hexdigest()[:32]


def in_fours(named: str) -> str:
    """Return a fingerprint in groups of four, as people compare it.

    >>> in_fours("00ff12ab")
    '00FF 12AB'
    """
    return " ".join(named[at : at + 4] for at in range(0, len(named), 4)).upper()


def key_columns(server: Server) -> str:
    """Return the SQL of a key's columns; an older policy has no verifying half."""
    signs = SIGNS if SIGNS in server.pack.kinds[KIND].columns else "NULL"
    return f"line_key, public_key, coalesce({signs}, '') AS {SIGNS}, valid_from"


def history(server: Server, line: str) -> list[dict[str, Any]]:
    """Return all keys that a line published, the newest first, each with its ledger entry."""
    sql = f"SELECT {key_columns(server)}, fact >> 20 AS entry FROM main.line_key WHERE office = ? AND by_line = ? ORDER BY fact DESC"
    return server.duck.records(sql, [server.owner, line])


def announced(server: Server, keys: list[dict[str, Any]], day: dt.date) -> dict[str, Any] | None:
    """Return the change of a key that is announced on a day: the newest key and the one before it; None without one.

    A change of policy cannot hide a change of the key: without a number of days in policy, the change is always
    announced.
    """
    if len(keys) < 2 or keys[0]["line_key"] == keys[1]["line_key"]:
        return None
    days = on_day(server, NOTICE, day)
    changed_on = keys[0]["valid_from"]
    if days is not None and (day - changed_on).days > days:
        return None
    return {"changed_on": changed_on, "before": keys[1]["line_key"], "entry": keys[0]["entry"]}


def public_half(der: str) -> ec.EllipticCurvePublicKey | None:
    """Return a public half (base64 of its SubjectPublicKeyInfo) as a key on P-256; None for any other text."""
    try:
        key = load_der_public_key(base64.b64decode(der, validate=True))
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def signed_text(mailbox: str, sealed: str) -> bytes:
    """Return the signed content of an answer: its purpose, its mailbox and its ciphertext."""
    return f"comptroller tip answer\n{mailbox}\n{sealed}".encode()


def check_answer(key: dict[str, Any] | None, mailbox: str, answer: str) -> list[Refusal]:
    """Return the refusal of an answer that is not the line's: unsigned, under another key, or with a wrong signature.

    Answers under a key without a verifying half are accepted; such keys are of an older version.
    """
    if key is None or not key[SIGNS]:
        return []
    try:
        content = json.loads(answer)
        signature = base64.b64decode(content["sig"], validate=True)
        named, sealed = content["key"], content["sealed"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return [_unsigned("-")]
    half = public_half(key[SIGNS])
    if half is None or named != key["line_key"] or not isinstance(sealed, str) or len(signature) != _SIGNATURE_BYTES:
        return [_unsigned(named)]
    numbers = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    try:
        half.verify(encode_dss_signature(*numbers), signed_text(mailbox, sealed), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return [_unsigned(named)]
    return []


def _unsigned(seen: object) -> Refusal:
    return refusal("public.signature", ("", None, "sealed"), seen)
