"""Entries that a node makes about its own ledger: payloads erased, entries abandoned, a ledger made from another.

Each has a medium of its own and a JSON payload; no reader of reports accepts these media. An erasure lists the erased
entries with the hashes of their leaves and payloads. So every missing payload can be checked against an entry.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from comptroller.ledger.entry import Entry, instant_from
from comptroller.store.sqlite import Sqlite

ERASURE, LOSS, SALVAGE, LOST = "erasure", "loss", "salvage", "lost"
"""Payloads erased by law; entries abandoned; the origin of a copied ledger; the place of an entry that could
not be read.
"""
ACTS = frozenset({ERASURE, LOSS, SALVAGE, LOST})
_SCAN = "SELECT number, header, payload FROM entry WHERE instr(header, ?) > 0 ORDER BY number"


@dataclass(frozen=True, slots=True)
class Erasure:
    """An act of erasure: officer, second officer, reason, law; and (entry, leaf, payload's SHA-256), in hex."""

    by: str
    second: str
    reason: str
    law: str
    entries: tuple[tuple[int, str, str], ...]

    def to_json(self) -> bytes:
        """Return the payload of the entry."""
        listed = [{"entry": n, "leaf": leaf, "payload_sha256": digest} for n, leaf, digest in self.entries]
        fields = {"by": self.by, "confirmed_by": self.second, "reason": self.reason, "law": self.law, "erases": listed}
        return json_bytes(fields)

    @classmethod
    def from_json(cls, payload: bytes) -> "Erasure":
        """Parse what `to_json` returned; raises ValueError for everything else."""
        try:
            fields = json.loads(payload)
            texts = [fields[name] for name in ("by", "confirmed_by", "reason", "law")]
            listed = tuple((item["entry"], item["leaf"], item["payload_sha256"]) for item in fields["erases"])
        except (ValueError, TypeError, KeyError, RecursionError) as fault:
            raise ValueError(f"not an act of erasure: {fault}") from fault
        if not all(isinstance(item, str) and item for item in texts) or not listed:
            raise ValueError("an act of erasure names two officers, a reason, a law and entries")
        if not all(type(number) is int for number, _, _ in listed):
            raise ValueError("an act of erasure names entries by number")
        return cls(texts[0], texts[1], texts[2], texts[3], listed)


@dataclass(frozen=True, slots=True)
class Erased:
    """One entry as an act lists it: the entry of the act, the leaf and the payload's SHA-256 in hex."""

    act: int
    leaf: str
    digest: str


def json_bytes(fields: Any) -> bytes:
    """Return JSON as one text: sorted keys, UTF-8."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def acts_in(store: Sqlite, medium: str) -> list[tuple[int, bytes | None]]:
    """Return number and payload of every entry of one medium; headers that cannot be read are passed over."""
    acts = []
    for number, header, payload in store.rows(_SCAN, (f'"media":"{medium}"'.encode(),)):
        try:
            fields = Entry(number, instant_from(0), header, None).fields
        except (ValueError, RecursionError):
            continue
        if isinstance(fields, dict) and fields.get("media") == medium:
            acts.append((number, payload))
    return acts


def acts_of(entries: Iterable[Entry], medium: str) -> list[tuple[int, bytes | None]]:
    """Return number and payload of those entries that are of one medium."""
    return [(entry.number, entry.payload) for entry in entries if entry.fields["media"] == medium]


def erased_in(store: Sqlite) -> dict[int, Erased]:
    """Return what acts of erasure list, by entry; an act that cannot be read, or lists later entries, counts for nothing."""
    erased: dict[int, Erased] = {}
    for number, payload in acts_in(store, ERASURE):
        try:
            act = Erasure.from_json(payload or b"")
        except ValueError:
            continue
        erased.update({entry: Erased(number, leaf, digest) for entry, leaf, digest in act.entries if entry < number})
    return erased


def numbers_text(numbers: Sequence[int]) -> str:
    """Return numbers as ranges.

    >>> numbers_text([1, 2, 3, 7, 9, 10])
    '1-3, 7, 9-10'
    """
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
