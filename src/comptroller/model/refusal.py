"""A refusal: what was said, why it is not taken, and the mend; and the few exceptions of broken things.

Refusals are values: they are collected, never raised, for what people send.
Exceptions are for what is broken:

    ComptrollerError
    ├── BrokenPack      a pack cannot be read or does not fit together (carries its refusals)
    ├── BrokenLedger    the ledger contradicts itself, its witness or its books (carries its refusals)
    ├── RuleBroken      a rule's SQL fails on facts that are known
    └── Refused         a door that answers one caller at once (carries its refusals)
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Chinese and in English."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """Give the sentence in `language` (`zh` or `en`)."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something said is not taken: place, what was seen, what was expected, the mend, a stable code."""

    code: str
    file: str
    line: int | None
    field: str
    seen: str
    expected: Text
    mend: Text

    def as_json(self) -> dict[str, Any]:
        """Give the refusal as plain values, in the one form of every door."""
        return asdict(self)

    def said(self, language: str = "en") -> str:
        """Give the refusal as lines a person reads."""
        line = "" if self.line is None else f"line {self.line}"
        place = ", ".join(part for part in (self.file, line, self.field) if part) or "-"
        return (
            f"refused  {place}\nsaw      {self.seen}\nexpected {self.expected.said(language)}\n"
            f"mend     {self.mend.said(language)}\ncode     {self.code}"
        )


class ComptrollerError(Exception):
    """Something is broken, as against something said that is not taken."""


class RuleBroken(ComptrollerError):
    """A rule's SQL fails on facts that are known; the rule is put to sleep, and the line goes on without it."""

    def __init__(self, rule: str, fingerprint: str, said: str) -> None:
        """Keep which text of which rule fails, and what the engine said."""
        super().__init__(f"{rule}: {said}")
        self.rule, self.fingerprint, self.said = rule, fingerprint, said


class Refused(ComptrollerError):
    """A door answers its caller with refusals."""

    def __init__(self, refusals: list[Refusal]) -> None:
        """Keep all refusals; the message is their text."""
        super().__init__("\n\n".join(r.said() for r in refusals))
        self.refusals = refusals


class BrokenLedger(Refused):
    """The ledger contradicts itself, its witness or its books; the refusals name what is missing or other."""


class BrokenPack(Refused):
    """A pack cannot be read, or does not fit together."""


def refusal(
    code: str,
    place: tuple[str, int | None, str],
    seen: object,
    expected: tuple[str, str],
    mend: tuple[str, str],
) -> Refusal:
    """Build a refusal from its place (file, line, field) and texts as (zh, en)."""
    file, line, field = place
    shown = str(seen)
    return Refusal(
        code, file, line, field, shown if len(shown) <= 200 else shown[:197] + "...", Text(*expected), Text(*mend)
    )
