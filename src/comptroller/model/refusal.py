"""A refusal: the place, what was seen, what was expected, how to fix it. Also the few exceptions of the product.

Refusals of input are values: they are collected, never raised. Exceptions are for internal failures:

    ComptrollerError.
    ├── BrokenPack:     a pack cannot be read or is inconsistent (carries its refusals)
    ├── BrokenLedger:   the ledger contradicts itself, its witness or its books (carries its refusals)
    ├── RuleBroken:     a rule's SQL fails on accepted facts
    └── Refused:        a request is rejected at once (carries its refusals)
"""

from dataclasses import asdict, dataclass
from typing import Any

from comptroller.model.text import Text, message


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an input is rejected: place, what was seen, what was expected, how to fix it, and a stable code."""

    code: str
    file: str
    line: int | None
    field: str
    seen: str
    expected: Text
    mend: Text

    def as_json(self) -> dict[str, Any]:
        """Return the refusal as plain values, the same form in every interface."""
        return asdict(self)

    def text(self, language: str = "en") -> str:
        """Return the refusal as lines of text."""
        line = "" if self.line is None else f"line {self.line}"
        place = ", ".join(part for part in (self.file, line, self.field) if part) or "-"
        return (
            f"refused  {place}\nsaw      {self.seen}\nexpected {self.expected.of(language)}\n"
            f"mend     {self.mend.of(language)}\ncode     {self.code}"
        )


class ComptrollerError(Exception):
    """Base class for internal failures. Rejected input is returned as Refusal values instead."""


class RuleBroken(ComptrollerError):
    """A rule's SQL fails on accepted facts; the rule is suspended, and the others continue."""

    def __init__(self, rule: str, fingerprint: str, error: str) -> None:
        """Store the rule that fails, its version, and the engine's message."""
        super().__init__(f"{rule}: {error}")
        self.rule, self.fingerprint, self.said = rule, fingerprint, error


class Refused(ComptrollerError):
    """A request is rejected; the exception carries the refusals."""

    def __init__(self, refusals: list[Refusal]) -> None:
        """Store all refusals; the message is their text."""
        super().__init__("\n\n".join(r.text() for r in refusals))
        self.refusals = refusals


class BrokenLedger(Refused):
    """The ledger contradicts itself, its witness or its books; the refusals name what is missing or different."""


class BrokenPack(Refused):
    """A pack cannot be read, or is inconsistent."""


def refusal(
    code: str,
    place: tuple[str, int | None, str],
    seen: object,
    expected: Text | tuple[str, str] | None = None,
    /,
    mend: Text | tuple[str, str] | None = None,
    **values: object,
) -> Refusal:
    """Build a refusal from its place (file, line, field) and what was seen, at most 200 characters of it.

    What was expected and how to fix it are the messages `<code>:expected` and `<code>:fix`, filled in with `values`;
    a check of a pack hands in its own texts.

    Raises:
        KeyError: no catalogue has the messages of the code.
    """
    file, line, field = place
    text = str(seen)
    return Refusal(
        code,
        file,
        line,
        field,
        text if len(text) <= 200 else text[:197] + "...",
        message(f"{code}:expected", **values) if expected is None else _text(expected),
        message(f"{code}:fix", **values) if mend is None else _text(mend),
    )


def _text(pair: Text | tuple[str, str]) -> Text:
    return pair if isinstance(pair, Text) else Text(zh=pair[0], en=pair[1])
