"""Limits of a letter's texts: an officer's text beyond them is rejected, a report's text is cut to them.

A typesetter shapes one character with all its marks at once, at a cost that grows with their square. The limit of
thirty marks is the Stream-Safe Text Format of Unicode (UAX #15, section 13).
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

from comptroller.model.refusal import Refusal, refusal

MOST_MARKS = 30
"""Combining marks that one character may have."""
MOST_TEXT, MOST_LINES = 20_000, 1_000
"""Characters and lines of an officer's text."""
MOST_VALUE, LEAST_VALUE, MOST_TOTAL = 1_000, 30, 200_000
"""Characters of one value of a report, the shortest cut of a value, and the characters of all values of a letter."""
_VIRAMA = 9
"""The combining class of signs that join the letters beside them."""
_PLAIN_CONTROLS = "\n\t"
_JOINERS = "\u200b\u200c\u200d\u2060\u00ad"
"""Format characters that change no order of reading: zero-width space, joiners, word joiner, soft hyphen."""
_JAMO = (("\u1100", "\u11ff"), ("\ua960", "\ua97c"), ("\ud7b0", "\ud7fb"))
_CUT = "…"


def is_mark(character: str) -> bool:
    r"""Return whether a character joins the one before it into one that is shaped at once.

    >>> [is_mark(one) for one in ("e", "\u0301", "\ufe0f", "\u200d", "\u1100", "字")]
    [False, True, True, True, True, False]
    """
    if character.isascii():
        return False
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character in _JOINERS
        or 0x1F3FB <= ord(character) <= 0x1F3FF
        or 0x1F1E6 <= ord(character) <= 0x1F1FF
        or any(first <= character <= last for first, last in _JAMO)
    )


def is_hidden(character: str) -> bool:
    r"""Return whether a character shows nothing and changes what is read: controls, orders of reading, tags, halves of pairs.

    >>> [is_hidden(one) for one in ("a", "\n", "\x00", "\u202e", "\u2066", "\U000e0041", "\u200d")]
    [False, False, True, True, True, True, False]
    """
    if character.isascii():
        return (character < " " and character not in _PLAIN_CONTROLS) or character == "\x7f"
    if character in _JOINERS:
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")


def _runs(text: str) -> Iterator[int]:
    """Yield for each character how many up to it form one character; a virama joins the next letter."""
    run, is_linked = 0, False
    for character in text:
        joins = is_mark(character) or unicodedata.combining(character) > 0
        run = run + 1 if joins or is_linked else 0
        is_linked = unicodedata.combining(character) == _VIRAMA
        yield run


def _faults(text: str) -> Iterator[tuple[int, str]]:
    """Yield the places (from 1) of characters that a text must not contain, each with `hidden` or `marks`."""
    for at, (character, run) in enumerate(zip(text, _runs(text), strict=True), 1):
        if is_hidden(character):
            yield at, "hidden"
        if run == MOST_MARKS + 1:
            yield at, "marks"


def check_text(text: str, name: str, most: int = MOST_TEXT) -> list[Refusal]:
    """Return refusals of a text in field `name`: too long, too many lines, too many marks on one character, hidden characters."""
    refusals = []
    lines = text.count("\n") + 1
    if len(text) > most or lines > MOST_LINES:
        seen = f"{len(text)}, {lines}"
        refusals.append(refusal("desk.letter.long", ("", None, name), seen, limit=most, lines=MOST_LINES))
    at, why = next(_faults(text[: most + 1]), (0, ""))
    line = text.count("\n", 0, max(at - 1, 0)) + 1
    seen = f"U+{ord(text[at - 1]):04X}, {at}" if at else ""
    if why == "marks":
        refusals.append(refusal("desk.letter.marks", ("", line, name), seen, limit=MOST_MARKS))
    if why == "hidden":
        refusals.append(refusal("desk.letter.hidden", ("", line, name), seen))
    return refusals


def bounded(value: Any) -> Any:
    """Return a value of a report with every text in it cut to the limits, at any depth; other values as they are.

    A report cannot make a letter about it fail: longer texts are shortened and never rejected here. Where there are
    many texts, each is cut to its part of MOST_TOTAL characters.
    """
    return _cut(value, min(MOST_VALUE, max(LEAST_VALUE, MOST_TOTAL // max(1, _count(value)))))


def _count(value: Any) -> int:
    """Return how many texts a value contains."""
    if isinstance(value, dict):
        return sum(_count(item) for item in value.values())
    return sum(_count(item) for item in value) if isinstance(value, list | tuple) else 1


def _cut(value: Any, most: int) -> Any:
    if isinstance(value, str):
        return _shortened(value, most)
    if isinstance(value, dict):
        return {_shortened(str(name), most): _cut(item, most) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(item, most) for item in value]
    return value


def _shortened(text: str, most: int) -> str:
    head = text[: most + 1]
    plain = [
        character
        for character, run in zip(head, _runs(head), strict=True)
        if run <= MOST_MARKS and not is_hidden(character)
    ]
    return "".join(plain[:most]) + (_CUT if len(text) > most else "")
