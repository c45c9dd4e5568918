"""The ledger compared with its witnesses: missing entries are named by number, and only an entry gives them up."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from comptroller.ledger.acts import LOSS, json_bytes, numbers_text
from comptroller.ledger.checkpoint import Checkpoint
from comptroller.ledger.entry import Accepted
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.witness import WitnessFile, WitnessRefused
from comptroller.model.refusal import BrokenLedger, Refusal, refusal

UNWITNESSED, OTHER = "unwitnessed", "other-history"
"""Losses accepted by name because they have no numbers: no witness is there; another history was signed."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What a rebuild may give up: the numbers (or name) from the refusal, when, and why."""

    accepted: str = ""
    at: dt.datetime | None = None
    reason: str = ""


def compare_with_witnesses(ledger: Ledger, witnesses: Sequence[WitnessFile], owner: str, loss: Loss) -> None:
    """Compare the ledger with each witness. Raises BrokenLedger, unless `loss` accepts exactly what is given up."""
    given_up: list[tuple[str, Path, str, Checkpoint | None]] = []
    for witness in witnesses:
        try:
            head = witness.read()
        except WitnessRefused as fault:
            given_up.append((UNWITNESSED, witness.path, fault.seen, None))
            continue
        if head is None:
            given_up.append((UNWITNESSED, witness.path, "no file", None))
        elif head.size > ledger.size:
            numbers = numbers_text(range(ledger.size + 1, head.size + 1))
            given_up.append((numbers, witness.path, f"the ledger ends at entry {ledger.size}", head))
        elif ledger.root(head.size) != head.root:
            given_up.append((OTHER, witness.path, f"another history up to entry {head.size}", head))
        elif head.size < ledger.size:
            witness.reset(ledger.checkpoint())
    if not given_up:
        return
    name, path, seen, head = next((witness for witness in given_up if witness[0] != UNWITNESSED), given_up[0])
    if loss.accepted != name or loss.at is None:
        raise BrokenLedger([_loss_refusal(name, path, seen, head)])
    at = max(loss.at.astimezone(dt.UTC), ledger.last_at)
    fields = {
        "given_up": name,
        "reason": loss.reason,
        "witness": head.text if head else "",
        "size": ledger.size,
        "root": ledger.root(ledger.size).hex(),
    }
    ledger.append([Accepted(json_bytes(fields), LOSS, owner, kind=LOSS)], at)
    for witness in witnesses:
        witness.reset(ledger.checkpoint())


def _loss_refusal(name: str, path: Path, seen: str, head: Checkpoint | None) -> Refusal:
    """Return the refusal of a ledger that its witness does not bear out."""
    place = (str(path), None, "")
    command = f"comptroller rebuild --accept-loss {name}"
    if head is None:
        return refusal("node.witness", place, seen, command=command)
    if name == OTHER:
        return refusal("node.ledger_other", place, seen, root=head.root.hex(), size=head.size, command=command)
    return refusal("node.ledger_short", place, seen, size=head.size, numbers=name, command=command)
