"""Payloads erased by law: an act of two officers, an entry that lists them, then the removal and new books.

1. The entry is appended: from here on the act is in force, even after a crash.
2. The payloads are overwritten in the ledger; headers, leaves and proofs stay.
3. The books are dropped and folded again without them.

After a crash behind the first step, the next opening of the node finishes the erasure; no second call is needed.
"""

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from comptroller import node
from comptroller.engine import MADE, Engine, at_work
from comptroller.ledger.acts import ACTS, ERASURE, Erasure, numbers_text
from comptroller.ledger.entry import Accepted, Entry
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import Refusal, Refused, refusal

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Order:
    """The officer who orders an erasure, the officer who confirms it, the reason, and the law (a source and
    article).
    """

    by: str
    second: str
    reason: str
    law: str


def erase(
    folder: Path, numbers: Sequence[int], order: Order, at: dt.datetime, passphrase: bytes | None = None
) -> Engine:
    """Erase the payloads of entries and return the node, folded again without them.

    Raises Refused, with nothing changed, for an incomplete order or one with the same officer twice. It does so as well
    for entries that are missing, are erased already, or are not reports.
    """
    stores = node.open_ledger(folder, passphrase)
    try:
        ledger = stores.ledger
        refusals = [*_check_order(order), *_check_entries(ledger, numbers)]
        if refusals:
            raise Refused(refusals)
        entries = [ledger.entry(number) for number in sorted(set(numbers))]
        listed = tuple((entry.number, entry.leaf.hex(), str(entry.fields["payload_sha256"])) for entry in entries)
        act = Erasure(order.by.strip(), order.second.strip(), order.reason.strip(), order.law.strip(), listed)
        instant = max(at.astimezone(dt.UTC), ledger.last_at)
        ledger.append([Accepted(act.to_json(), ERASURE, stores.charter.owner, kind=ERASURE)], instant)
        node.finish_erasure(ledger)
        return at_work(node.add_books(stores))
    except BaseException:
        stores.close()
        raise


def copies_of(ledger: Ledger, numbers: Sequence[int]) -> list[int]:
    """Return further entries that hold the same payload as one of these, and are not erased."""
    copies: set[int] = set()
    for number in numbers:
        copies |= set(ledger.find_all(str(ledger.entry(number).fields["payload_sha256"])))
    return sorted(number for number in copies - set(numbers) if not ledger.entry(number).is_erased)


def person(name: str) -> str:
    """Return a name as it is compared: without case, width, spaces and invisible characters."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC")


def _check_order(order: Order) -> list[Refusal]:
    refusals = []
    for name in ("by", "second", "reason", "law"):
        value = getattr(order, name)
        if not person(value) or len(value) > _LONGEST:
            refusals.append(refusal("erase.order", ("", None, name), value, limit=_LONGEST))
    if person(order.by) == person(order.second):
        refusals.append(refusal("erase.second", ("", None, "second"), order.second))
    return refusals


def _check_entries(ledger: Ledger, numbers: Sequence[int]) -> list[Refusal]:
    """Return why entries cannot be erased: none named, not there, erased already, or no reports."""
    size, refusals = ledger.size, []
    if not numbers:
        refusals.append(refusal("erase.number", ("", None, "N"), "-", size=size))
    for number in sorted(set(numbers)):
        if not 1 <= number <= size:
            refusals.append(refusal("erase.number", ("", None, "N"), number, size=size))
            continue
        entry = ledger.entry(number)
        if entry.is_erased:
            refusals.append(refusal("erase.erased", ("", None, "N"), number))
        elif _is_act(entry):
            seen = f"{number}, {entry.fields['media']}"
            refusals.append(refusal("erase.kind", ("", None, "N"), seen))
    return refusals


def _is_act(entry: Entry) -> bool:
    return entry.fields["media"] in {*MADE, *ACTS}


__all__ = ["Order", "copies_of", "erase", "numbers_text", "person"]
