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
    for one in witnesses:
        try:
            head = one.read()
        except WitnessRefused as fault:
            given_up.append((UNWITNESSED, one.path, fault.seen, None))
            continue
        if head is None:
            given_up.append((UNWITNESSED, one.path, "no file", None))
        elif head.size > ledger.size:
            numbers = numbers_text(range(ledger.size + 1, head.size + 1))
            given_up.append((numbers, one.path, f"the ledger ends at entry {ledger.size}", head))
        elif ledger.root(head.size) != head.root:
            given_up.append((OTHER, one.path, f"another history up to entry {head.size}", head))
        elif head.size < ledger.size:
            one.reset(ledger.checkpoint())
    if not given_up:
        return
    name, path, seen, head = next((one for one in given_up if one[0] != UNWITNESSED), given_up[0])
    if loss.accepted != name or loss.at is None:
        raise BrokenLedger([_refused_loss(name, path, seen, head)])
    at = max(loss.at.astimezone(dt.UTC), ledger.last_at)
    said = {
        "given_up": name,
        "reason": loss.reason,
        "witness": head.text if head else "",
        "size": ledger.size,
        "root": ledger.root(ledger.size).hex(),
    }
    ledger.append([Accepted(json_bytes(said), LOSS, owner, kind=LOSS)], at)
    for one in witnesses:
        one.reset(ledger.checkpoint())


def _refused_loss(name: str, path: Path, seen: str, head: Checkpoint | None) -> Refusal:
    """Return the refusal of a ledger that its witness does not bear out."""
    place = (str(path), None, "")
    command = f"comptroller rebuild --accept-loss {name}"
    if head is None:
        wanted = ("可读的见证文件,含最高检查点", "a witness file with the highest checkpoint that was signed")
        mend = (
            f"恢复该文件;若确无此文件,运行 {command},并留下条目",
            f"Put the file back. If there is none, run: {command}. An entry records it.",
        )
        return refusal("node.witness", place, seen, wanted, mend)
    if name == OTHER:
        wanted = (f"根为 {head.root.hex()} 的台账", f"a ledger with the root {head.root.hex()} at entry {head.size}")
        mend = (
            f"恢复原台账;若放弃原历史,运行 {command},并留下条目",
            f"Put the ledger back. To give up the history that was signed, run: {command}. An entry records it.",
        )
        return refusal("node.ledger_other", place, seen, wanted, mend)
    wanted = (f"含已签名的 {head.size} 条的台账", f"a ledger with the {head.size} entries that were signed for")
    mend = (
        f"恢复较新的台账;条目 {name} 缺失。若放弃这些条目,运行 {command},并留下条目",
        f"Put the newer ledger back: entries {name} are missing. To give them up, run: {command}. An entry records it.",
    )
    return refusal("node.ledger_short", place, seen, wanted, mend)
