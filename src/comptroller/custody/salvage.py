"""A new node made from the readable part of a damaged ledger; its last entry names the source and the lost entries."""

import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from comptroller import node, trial
from comptroller.engine import POLICY, Engine, open_node
from comptroller.ledger.acts import SALVAGE, json_bytes, numbers_text
from comptroller.ledger.copy import Remains, copy_ledger
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import SignerKey
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import Refused, refusal
from comptroller.packs import read_pack
from comptroller.packs.bundle import pack_files


@dataclass(frozen=True, slots=True)
class NewNode:
    """What a new node begins with: its key, its passphrase, and files and name of a pack in case entry 1 is lost."""

    key: SignerKey
    passphrase: bytes | None = None
    files: Mapping[str, bytes] | None = None
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The result for a damaged ledger: its size, the number of copied entries, the lost ones, and the entry
    that lists them.
    """

    size: int
    lost: tuple[int, ...]
    proved_to: int
    entry: int

    @property
    def saved(self) -> int:
        """Return the number of entries that were copied."""
        return self.size - len(self.lost)


def salvage(source: Path, target: Path, new: NewNode, at: dt.datetime, reason: str = "") -> tuple[Engine, Salvaged]:
    """Copy the readable part of a damaged node's ledger into a new node; return the open node and the result for its
    entries.

    Entries retain their numbers; the damaged node is not changed. Raises Refused for a source that is no node or is
    busy, and for a target that is not empty. It does so as well where entry 1 is lost and no pack is named.
    """
    charter = node.read_charter(source)
    old = node.verifier_of(source, new.passphrase)
    first = None
    if new.files is not None:
        pack = read_pack(new.files, new.pack)
        trial.try_out(pack, pack)
        first = Accepted(pack_files(new.files, pack.name), POLICY, charter.owner, name=pack.name, kind=POLICY)
    with ExitStack() as stack:
        stack.callback(node.NodeLock(source).release)
        named = replace(charter, origin=new.key.name, witness="", pack=new.pack or charter.pack)
        node.start(target, named, new.key, new.passphrase)
        try:
            remains = copy_ledger(source / node.LEDGER, target / node.LEDGER, new.key, old, first)
        except (LookupError, OSError) as fault:
            place = (str(source / node.LEDGER), None, "")
            raise Refused([refusal("salvage.policy", place, fault)]) from fault
        size = _note(target, new.key, _made_from(remains, str(old), reason), at, charter.owner)
        node.finish(target)
    salvaged = Salvaged(remains.size, tuple(remains.lost), remains.proved_to, size)
    return open_node(target, passphrase=new.passphrase), salvaged


def _made_from(remains: Remains, old: str, reason: str) -> bytes:
    """Return the payload of the entry that names the origin of a ledger."""
    last = remains.heads[max(remains.heads)].text if remains.heads else ""
    fields = {
        "made_from": old,
        "checkpoint": last,
        "size": remains.size,
        "lost": numbers_text(remains.lost),
        "proved_to": remains.proved_to,
        "reason": reason,
    }
    return json_bytes(fields)


def _note(target: Path, key: SignerKey, payload: bytes, at: dt.datetime, owner: str) -> int:
    """Append the entry of the salvage and write the new ledger's witness; returns the entry's number."""
    with Ledger.open(target / node.LEDGER, key) as ledger:
        ledger.append([Accepted(payload, SALVAGE, owner, kind=SALVAGE)], max(at.astimezone(dt.UTC), ledger.last_at))
        witness = node.witness_file(target, ledger)
        witness.reset(ledger.checkpoint())
        witness.close()
        return ledger.size
