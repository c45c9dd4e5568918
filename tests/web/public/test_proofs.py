"""A code proves an entry and its checkpoint, and discloses none of its content."""

from comptroller.web.ledger.proof_codes import in_groups, receipt_code
from comptroller.web.public.proofs import prove
from tests.worlds import OWNER, report


def test_a_receipt_s_code_proves_its_entry(open_world):
    """In any case and grouping; one other character, or another entry's number, proves nothing."""
    entry = open_world.ledger.entry(3)
    code = receipt_code(3, entry.leaf)
    for said in (code, code.lower(), code.replace("-", ""), f" {code} "):
        found = prove(open_world, said)
        assert (found.receipt.number, found.receipt.leaf) == (3, entry.leaf)
        assert found.checkpoint.size == open_world.ledger.size
    other = "0" if code[-1] != "0" else "1"
    wrong = [code[:-1] + other, code.replace("R3", "R4"), code.replace("R3", "R99999"), "", "R", "L" + "0" * 20, "é"]
    assert [one for one in wrong if prove(open_world, one)] == []


def test_a_letter_s_code_proves_the_entry_that_sent_it(open_world):
    """The code is printed in the letter before its entry has a number."""
    code = "L" + "7K2Q9" * 4
    letter = {"letter": "L1", "case_id": "C1", "office": OWNER, "by_line": "audit", "kind": "prompt"}
    more = {"sent_on": "2024-06-30", "hash": "ab" * 32, "by": "U1", "check_code": code}
    entry = open_world.writer.take(report("letter", letter | more)).result(60).entry
    assert entry
    found = prove(open_world, f"{code[0]}-{in_groups(code[1:])}")
    assert (found.receipt.number, found.is_letter, found.hash) == (entry, True, "ab" * 32)
