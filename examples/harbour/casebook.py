"""What officers and entities report in cases: the name of a case, a step of a line, an answer, a letter, a loss."""

import base64
import json
from hashlib import sha256
from typing import Any

from comptroller.model.finding import finding_id
from examples.harbour.book import Book, Row
from examples.harbour.days import day
from examples.harbour.people import who
from examples.harbour.register import OWNER

ONE, TWO, THREE, FOUR = "P9001", "P9002", "P9003", "P9004"
"""Officers of the owner: two of the internal line, one of the investor line, one of audit."""
OFFICERS = {
    "internal": (ONE, TWO),
    "investor": (THREE, "P9013"),
    "audit": (FOUR, "P9014"),
    "discipline": ("P9005", "P9015"),
    "finance": ("P9006", "P9016"),
}
"""Of each line who handles its cases, and who approves."""


def case_of(rule: str, *subject: str) -> str:
    """Return the name of the case that a finding opens, where it joins no other."""
    payload = json.dumps([finding_id(rule, subject), None], separators=(",", ":")).encode()
    return "C-" + base64.b32encode(sha256(payload).digest()[:10]).decode().lower()


def step(book: Book, case: str, move: str, on: str, arrives: str, **more: Any) -> None:
    """Report one move of a line, made by the internal line's first officer unless another is named."""
    row: Row = {"step": book.number("CZ", OWNER), "case_id": case, "office": OWNER, "by_line": "internal", "move": move}
    row |= {"done_on": day(on), "by": ONE, "reason": "按程序办理。"} | more
    book.say("case_step", row, arrives=arrives, by=OWNER)


def answer(  # noqa: PLR0913, PLR0917 - the fields of an answer
    book: Book, entity: str, case: str, move: str, on: str, arrives: str, **more: Any
) -> None:
    """Report one answer of the entity, by its manager unless another is named."""
    row: Row = {"entity": entity, "answer": book.number("DF", entity), "case_id": case, "move": move}
    row |= {"done_on": day(on), "by": who(entity, "manager"), "reason": "情况属实，已经整改。"} | more
    book.say("enterprise_answer", row, arrives=arrives)
