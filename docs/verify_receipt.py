"""Checks a receipt without Comptroller, with the standard library and `cryptography` alone.

    python verify_receipt.py ENTRY.json VERIFIER_KEY [PAYLOAD]

ENTRY.json is what `comptroller entry N --json` printed. Sources: RFC 6962 (hashes), RFC 9162 2.1.3.2 (inclusion),
C2SP signed-note and tlog-checkpoint (signature).
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(*parts: bytes) -> bytes:
    """Hash the parts as one text."""
    return hashlib.sha256(b"".join(parts)).digest()


def root_from(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """Walk from the leaf to the root of the tree that the proof makes."""
    at, last, found = index, size - 1, leaf
    for step in proof:
        assert last > 0, "the proof is too long"
        if at & 1 or at == last:
            found = sha256(b"\x01", step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, step)
        at, last = at >> 1, last >> 1
    assert last == 0, "the proof is too short"
    return found


def check(said: dict, key: str, payload: bytes | None) -> None:
    """Stop with AssertionError or InvalidSignature at the first thing that does not hold."""
    receipt, header = said["receipt"], said["header"]
    leaf = sha256(b"\x00", json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    assert base64.b64decode(receipt["leaf"]) == leaf, "the header is not the one that was sealed"
    body, _, signatures = receipt["checkpoint"].partition("\n\n")
    origin, size, root = body.split("\n")[:3]
    name, key_id, public = key.split("+", 2)
    raw = base64.b64decode(public)
    assert (name, raw[:1]) == (origin, b"\x01"), "the key is another ledger's, or not Ed25519"
    assert sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "the key's id is not its own"
    proof = [base64.b64decode(step) for step in receipt["proof"]]
    found = root_from(leaf, receipt["entry"] - 1, int(size), proof)
    assert found == base64.b64decode(root), "the proof does not lead to the checkpoint's root"
    signed = [line.split(" ")[2] for line in signatures.splitlines() if line.startswith(f"\u2014 {name} ")]
    own = [one for one in map(base64.b64decode, signed) if one[:4].hex() == key_id]
    assert own, "the checkpoint is not signed by the key"
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(own[0][4:], (body + "\n").encode())
    assert payload is None or hashlib.sha256(payload).hexdigest() == header["payload_sha256"], "another payload"


if __name__ == "__main__":
    entry = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    check(entry, sys.argv[2], Path(sys.argv[3]).read_bytes() if len(sys.argv) > 3 else None)
    sys.stdout.write(f"entry {entry['number']} stands in the ledger {sys.argv[2].split('+')[0]}\n")
