"""Checks receipts, consistency proofs and bare proofs without Comptroller: the standard library and `cryptography`
alone.

    python verify_receipt.py ENTRY.json VERIFIER_KEY [PAYLOAD]
    python verify_receipt.py consistency PROOF.json VERIFIER_KEY
    python verify_receipt.py vectors FILE.json...

ENTRY.json is what `comptroller entry N --json` printed, or the receipt from the console. PROOF.json is what
`comptroller checkpoint --since SIZE --json` printed. A vector is a bare proof: {"leafIdx", "treeSize", "root",
"leafHash", "proof"} or {"size1", "size2", "root1", "root2", "proof"}, hashes in base64. Every field is read in one
spelling only; what is printed as proved was read from the fields that the proof covers. Exit code 0: it is valid. 1: it
is invalid, with the reason. 2: wrong use. Sources: RFC 6962 (hashes), RFC 9162 2.1.3.2 (inclusion) and 2.1.4.2
(consistency), C2SP signed-note and tlog-checkpoint.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST_BYTES = 64 << 20
MOST_SIZE = 1 << 62
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Wrong(Exception):
    """The checked document is invalid; the message states why."""


def need(is_so: object, why: str) -> None:
    """Raise Wrong with the reason unless it is so."""
    if not is_so:
        raise Wrong(why)


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts, joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def parse(text: bytes, what: str) -> dict:
    """Parse a JSON object; raises Wrong for a repeated name, and for numbers that are not finite."""

    def once(pairs: list) -> dict:
        fields = dict(pairs)
        need(len(fields) == len(pairs), f"{what}: a name is given twice")
        return fields

    def no_number(text: str) -> None:
        raise Wrong(f"{what}: {text} is no number")

    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=once, parse_constant=no_number)
    except (ValueError, RecursionError) as fault:
        raise Wrong(f"{what}: not JSON in UTF-8 ({fault})") from fault
    need(type(value) is dict, f"{what}: not a JSON object")
    return value


def field(document: dict, name: str, kind: type) -> object:
    """Return a field of exactly that type; raises Wrong for a missing one and for another type (true is no number)."""
    need(name in document, f"{name}: missing")
    need(type(document[name]) is kind, f"{name}: saw {type(document[name]).__name__}, expected {kind.__name__}")
    return document[name]


def count(document: dict, name: str) -> int:
    """Return a field that is a whole number from 0 to 2^62."""
    number = field(document, name, int)
    need(0 <= number < MOST_SIZE, f"{name}: saw {number}, expected 0 or more")
    return number


def decode(text: object, what: str) -> bytes:
    """Decode base64 in its one spelling."""
    need(type(text) is str, f"{what}: not text")
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as fault:
        raise Wrong(f"{what}: not base64") from fault
    need(base64.b64encode(value).decode() == text, f"{what}: base64 in another spelling")
    return value


def digest(text: object, what: str) -> bytes:
    """Decode a hash of 32 bytes."""
    value = decode(text, what)
    need(len(value) == 32, f"{what}: {len(value)} bytes, expected 32")
    return value


def hashes(document: dict, name: str) -> list[bytes]:
    """Return the hashes of a proof; null is the empty proof."""
    if document.get(name, ...) is None:
        return []
    return [digest(item, f"{name} {at}") for at, item in enumerate(field(document, name, list))]


def root_from(leaf: bytes, place: int, size: int, proof: list[bytes]) -> bytes:
    """Return the root that a proof makes from the leaf at `place` (0 is first); raises Wrong outside the tree."""
    need(0 <= place < size, f"place {place} is outside a tree of {size}")
    at, last, root = place, size - 1, leaf
    for step in proof:
        need(last > 0, "the proof is too long")
        if at & 1 or at == last:
            root = sha256(b"\x01", step, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = sha256(b"\x01", root, step)
        at, last = at >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return root


def roots_from(first: int, second: int, proof: list[bytes], root: bytes) -> tuple[bytes, bytes]:
    """Return the two roots that a consistency proof makes, for sizes 0 < first < second; `root` is the first tree's."""
    steps = [root, *proof] if first & (first - 1) == 0 else list(proof)
    need(proof, "the proof is empty")
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        need(last > 0, "the proof is too long")
        if at & 1 or at == last:
            old, new = sha256(b"\x01", step, old), sha256(b"\x01", step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = sha256(b"\x01", new, step)
        at, last = at >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return old, new


def check_consistency(sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: list[bytes]) -> None:
    """Check that the tree of the first size begins that of the second."""
    first, second = sizes
    need(first <= second, f"the first tree, of {first}, is larger than the second, of {second}")
    for size, root in zip(sizes, roots, strict=True):
        need(size > 0 or root == EMPTY_ROOT, "the root of size 0 is not that of the empty tree")
    if first in {0, second}:
        need(not proof, "a proof is given where none is needed")
        need(first == 0 or roots[0] == roots[1], "two roots for one size")
        return
    need(roots_from(first, second, proof, roots[0]) == roots, "the proof does not lead to the roots")


def open_checkpoint(text: str, key: str) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint that the key signed."""
    name, _, rest = key.partition("+")
    key_id, _, public = rest.partition("+")
    raw = decode(public, "the key")
    need(len(raw) == 33 and raw[:1] == b"\x01", "the key is not an Ed25519 verifier key, <name>+<id>+<key>")
    need(sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "the key's id is not its own")
    body, gap, tail = text.rpartition("\n\n")
    lines, signed = body.split("\n"), tail.split("\n")
    need(gap and len(lines) >= 3 and all(lines) and signed.pop() == "" and signed, "not a signed checkpoint")
    need(not any(char < " " and char != "\n" for char in text), "the checkpoint holds control characters")
    own = []
    for line in signed:
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014", "a signature line has another form")
        value = decode(parts[2], "a signature")
        if parts[1] == name and value[:4].hex() == key_id:
            own.append(value[4:])
    need(own, "the checkpoint is not signed by the key")
    for value in own:
        try:
            Ed25519PublicKey.from_public_bytes(raw[1:]).verify(value, (body + "\n").encode())
        except InvalidSignature as fault:
            raise Wrong("the signature does not fit the checkpoint") from fault
    need(lines[0] == name, f"the checkpoint is of {lines[0]!r}, the key of {name!r}")
    size = lines[1]
    need(size.isascii() and size.isdigit() and len(size) < 20 and str(int(size)) == size, "the size is no number")
    return lines[0], int(size), digest(lines[2], "the root")


def check_entry(document: dict, key: str, payload: bytes | None) -> str:
    """Check an entry with its receipt, in either form; returns what is proved."""
    receipt = field(document, "receipt", dict) if "receipt" in document else document
    need(receipt.get("format") == "comptroller.receipt/1", "format: expected comptroller.receipt/1")
    number, size = count(receipt, "entry"), count(receipt, "size")
    if "number" in document:
        need(
            count(document, "number") == number, f"number: saw {document['number']}, the receipt is for entry {number}"
        )
    header = document.get("header")
    need(type(header) in (dict, str), "header: missing")
    if type(header) is dict:
        text = json.dumps(header, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    else:
        text, header = header.encode(), parse(header.encode(), "header")
    leaf = sha256(b"\x00", text)
    need(digest(receipt.get("leaf"), "leaf") == leaf, "the header is not the one that was recorded")
    need("leaf" not in document or digest(document["leaf"], "leaf") == leaf, "the leaf is not the header's")
    origin, stated, root = open_checkpoint(field(receipt, "checkpoint", str), key)
    need(stated == size, f"size: saw {size}, the checkpoint states {stated}")
    need(1 <= number <= stated, f"entry {number} is outside the tree of {stated} entries")
    computed = root_from(leaf, number - 1, stated, hashes(receipt, "proof"))
    need(computed == root, "the proof does not lead to the checkpoint's root")
    if payload is not None:
        need(hashlib.sha256(payload).hexdigest() == header.get("payload_sha256"), "another payload was recorded")
    return f"entry {number} stands in the ledger {origin}"


def check_growth(document: dict, key: str) -> str:
    """Check that one checkpoint's tree begins another's; returns what is proved."""
    origin, first, old = open_checkpoint(field(document, "old", str), key)
    _, second, new = open_checkpoint(field(document, "new", str), key)
    check_consistency((first, second), (old, new), hashes(document, "proof"))
    return f"the {first} entries of the old checkpoint begin the {second} of the new, in the ledger {origin}"


def check_vector(document: dict) -> str:
    """Check a bare proof of either form; returns what is proved."""
    if "leafIdx" in document:
        place, size = count(document, "leafIdx"), count(document, "treeSize")
        root = root_from(digest(document.get("leafHash"), "leafHash"), place, size, hashes(document, "proof"))
        need(root == digest(document.get("root"), "root"), "the proof does not lead to the root")
        return f"leaf {place} is in the tree of {size}"
    sizes = count(document, "size1"), count(document, "size2")
    check_consistency(
        sizes,
        (digest(document.get("root1"), "root1"), digest(document.get("root2"), "root2")),
        hashes(document, "proof"),
    )
    return f"the tree of {sizes[0]} begins that of {sizes[1]}"


def read(path: str) -> bytes:
    """Return a file's bytes; raises Wrong for a file that cannot be read or is too large."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Wrong(f"{path}: {fault.strerror}") from fault
    need(len(content) <= MOST_BYTES, f"{path}: larger than {MOST_BYTES} bytes")
    return content


def main(words: list[str]) -> int:
    """Run the command line; returns the exit code."""
    try:
        if words[:1] == ["vectors"] and len(words) > 1:
            lines = [f"{path}: {check_vector(parse(read(path), path))}" for path in words[1:]]
        elif words[:1] == ["consistency"] and len(words) == 3:
            lines = [check_growth(parse(read(words[1]), words[1]), words[2])]
        elif len(words) in (2, 3) and words[0] not in ("vectors", "consistency"):
            payload = read(words[2]) if len(words) == 3 else None
            lines = [check_entry(parse(read(words[0]), words[0]), words[1], payload)]
        else:
            sys.stderr.write(__doc__ or "")
            return 2
    except (Wrong, RecursionError, UnicodeError) as fault:
        sys.stderr.write(f"does not hold: {fault}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
