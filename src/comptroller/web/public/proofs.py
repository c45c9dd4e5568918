"""Verification codes: they prove that an entry is in the ledger, with its checkpoint, never its content.

- A receipt's code is the entry's number and the first characters of its leaf, so only its recipient knows it.
- A letter's code is random; it is printed in the letter and recorded in the fact of its dispatch.
"""

import re
from dataclasses import dataclass, replace
from hashlib import sha256

from comptroller.ledger.checkpoint import Checkpoint
from comptroller.ledger.entry import Receipt, check_receipt
from comptroller.model.kind import FACT_LINES
from comptroller.web.ledger.proof_codes import LEAF_CHARS, LETTER_CHARS, in_groups, receipt_code
from comptroller.web.runtime.server import Server

_RECEIPT = re.compile(rf"R(\d{{1,15}})([0-9A-F]{{{LEAF_CHARS}}})")
_LETTER = re.compile(rf"L[0-9A-Z]{{{LETTER_CHARS}}}")


@dataclass(frozen=True, slots=True)
class InclusionAnswer:
    """A proved entry of the ledger: its receipt, its checkpoint, the result of all checks, and the file hash of
    a letter.
    """

    code: str
    receipt: Receipt
    checkpoint: Checkpoint
    is_sound: bool
    hash: str = ""
    is_letter: bool = False


def prove(server: Server, typed: str) -> InclusionAnswer | None:
    """Return what a code proves; None for any invalid code."""
    code = re.sub(r"[\s-]", "", typed).upper()
    if (match := _RECEIPT.fullmatch(code)) is not None:
        return _receipt(server, int(match[1]), match[2])
    return _letter(server, code) if _LETTER.fullmatch(code) else None


def _receipt(server: Server, number: int, leaf: str) -> InclusionAnswer | None:
    if not 1 <= number <= server.ledger.size or server.ledger.entry(number).leaf.hex()[:LEAF_CHARS].upper() != leaf:
        return None
    return _proof(server, number)


def _letter(server: Server, code: str) -> InclusionAnswer | None:
    if "letter" not in server.pack.kinds or "check_code" not in server.pack.kinds["letter"].columns:
        return None
    rows = server.duck.rows("SELECT fact, hash FROM letter WHERE check_code = ? ORDER BY fact LIMIT 1", [code])
    if not rows:
        return None
    proof = _proof(server, int(rows[0][0]) // FACT_LINES)
    return replace(proof, code=f"{code[0]}-{in_groups(code[1:])}", hash=rows[0][1] or "", is_letter=True)


def _proof(server: Server, number: int) -> InclusionAnswer:
    """Return the proof of an entry, checked as an outsider would: header, leaf, path, root, signature, payload."""
    entry, receipt = server.ledger.entry(number), server.ledger.receipt(number)
    wrong = check_receipt(receipt, entry.header, server.ledger.verifier_key)
    is_payload = entry.payload is None or sha256(entry.payload).hexdigest() == entry.fields["payload_sha256"]
    head = server.ledger.checkpoint(receipt.size)
    return InclusionAnswer(receipt_code(number, entry.leaf), receipt, head, is_sound=not wrong and is_payload)
