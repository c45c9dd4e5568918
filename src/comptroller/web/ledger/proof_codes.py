"""Codes that people copy from paper: of a receipt, and of a letter."""

LEAF_CHARS = LETTER_CHARS = 20
"""Characters of a leaf in a receipt's code; characters drawn for a letter's code."""


def receipt_code(number: int, leaf: bytes) -> str:
    """Return the code of an entry's receipt.

    >>> receipt_code(7, bytes(32))
    'R7-00000-00000-00000-00000'
    """
    return f"R{number}-{in_groups(leaf.hex()[:LEAF_CHARS].upper())}"


def in_groups(code: str) -> str:
    """Return a code in groups of five, as people copy it.

    >>> in_groups("ABCDEFG")
    'ABCDE-FG'
    """
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))
