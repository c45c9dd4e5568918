"""Checkpoints outside the ledger's file: the node's own, its second witness, and those that a user supplies."""

from collections.abc import Sequence
from pathlib import Path

from comptroller.ledger.checkpoint import Checkpoint
from comptroller.ledger.key import VerifierKey
from comptroller.ledger.witness import WitnessRefused, read_witness, witness_refusal
from comptroller.model.refusal import Refused
from comptroller.node.files import WITNESS
from comptroller.node.keys import read_charter


def outside_heads(folder: Path, key: VerifierKey, given: Sequence[Path] = ()) -> dict[Path, Checkpoint]:
    """Return the checkpoint of each witness, by its file.

    Raises Refused, with one refusal a file, for files without a checkpoint of this ledger: the ledger is not judged.
    """
    charter = read_charter(folder)
    own = [folder / WITNESS, *([Path(charter.witness)] if charter.witness else [])]
    heads: dict[Path, Checkpoint] = {}
    refusals = []
    for path in [*own, *given]:
        try:
            heads[path] = read_witness(path, key.name, key)
        except WitnessRefused as fault:
            refusals.append(witness_refusal(fault, str(path)))
    if refusals:
        raise Refused(refusals)
    return heads
