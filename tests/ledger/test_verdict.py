"""Laws of the verdict's text: a problem states the place, what was found and what was expected."""

from comptroller.ledger.verdict import Found, VerifyResult, printable


def test_a_problem_reads_in_one_line() -> None:
    """Bytes are printable in hex, long ones by their hash; a verdict with a problem is not sound."""
    problem = Found("leaf", "entry 3", 3, b"\x01\x02", "x").problem
    assert str(problem) == "entry 3: saw 0102, expected x (ledger.leaf)"
    assert printable(bytes(65)).startswith("65 bytes of hash ")
    assert not VerifyResult(3, 1, (), b"", problem).is_sound
    assert VerifyResult(3, 1, (), b"", None).is_sound
