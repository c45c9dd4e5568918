"""The result of a check of a ledger: how far it read, and the first fault."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing found wrong: where, which entry it concerns (None for the file as a whole), seen and expected."""

    code: str
    where: str
    entry: int | None
    saw: str
    expected: str

    def __str__(self) -> str:
        """Return the problem in one line."""
        return f"{self.where}: saw {self.saw}, expected {self.expected} ({self.code})"


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """The result of `verify`: how far it read, the entries with erased payloads, and the first problem if there is one.

    `lost` names the entries that could not be read where the file itself is damaged. `acts` are the entries that the
    node made about its ledger, as (number, medium).
    """

    entry_count: int
    checkpoint_count: int
    erased: tuple[int, ...]
    root: bytes
    problem: Problem | None
    lost: tuple[int, ...] = ()
    acts: tuple[tuple[int, str], ...] = ()

    @property
    def is_sound(self) -> bool:
        """Return whether everything fits."""
        return self.problem is None


class Found(Exception):
    """Something does not fit; the walk ends with it."""

    def __init__(self, code: str, where: str, entry: int | None, saw: object, expected: object) -> None:
        super().__init__(where)
        self.problem = Problem(f"ledger.{code}", where, entry, printable(saw), printable(expected))


def printable(value: object) -> str:
    """Return a value as a verdict shows it: bytes in hex, long ones by their hash."""
    if isinstance(value, bytes):
        return value.hex() if len(value) <= 64 else f"{len(value)} bytes of hash {sha256(value).hexdigest()}"
    return str(value)
