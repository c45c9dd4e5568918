"""Command `verify`: checks the ledger by itself, against checkpoints stored elsewhere, and the books against
the ledger.
"""

import base64
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from comptroller import node as node_room
from comptroller.cli.notices import notices_of_ledger
from comptroller.cli.output import (
    REFUSED,
    JsonOption,
    NodeOption,
    err,
    exit_on_refusal,
    node_folder,
    out,
    passphrase,
    print_json,
    progress,
)
from comptroller.ledger.acts import numbers_text
from comptroller.ledger.checkpoint import Checkpoint
from comptroller.ledger.key import KeyRefused, VerifierKey
from comptroller.ledger.verdict import VerifyResult
from comptroller.ledger.verify import verify as verify_ledger
from comptroller.model.refusal import Refused, refusal

if TYPE_CHECKING:
    from comptroller.custody.compare import Difference


def verify(
    witness: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint stored elsewhere; repeat for several.")
    ] = None,
    key: Annotated[str, typer.Option(help="The verifier key, as it was published; the node's own by default.")] = "",
    books: Annotated[
        bool, typer.Option("--books", help="Fold the ledger again elsewhere and compare every table.")
    ] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every hash, the tree and every checkpoint; name the first bad entry.

    It also lists what is lost.

    The ledger is compared with the checkpoints that the node writes outside its file. It is compared with
    COMPTROLLER_WITNESS and with each --witness too. A file that is no checkpoint of this ledger is listed as such, and
    proves nothing about the ledger.
    """
    folder = node_folder(node)
    with exit_on_refusal(as_json=as_json):
        verifier = _parse_key(key) if key else node_room.verifier_of(folder, passphrase())
        heads = node_room.outside_heads(folder, verifier, [*(witness or []), *_outside()])
        with progress("verifying", quiet=as_json) as move:
            result = verify_ledger(
                folder / node_room.LEDGER,
                verifier,
                witness=list(heads.values()),
                progress=lambda at, total: move("", at, total),
            )
        differing = _compare(folder) if books and result.is_sound else []
    if as_json:
        print_json(_as_json(result, heads, differing))
    else:
        _print(result, heads, differing)
    if result.is_sound:
        notices_of_ledger(folder / node_room.LEDGER)
    if result.problem is not None or differing:
        raise typer.Exit(REFUSED)


def _outside() -> list[Path]:
    named = os.environ.get("COMPTROLLER_WITNESS", "")
    return [Path(named)] if named else []


def _parse_key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text.strip())
    except KeyRefused as fault:
        raise Refused([refusal("verify.key", ("", None, "key"), fault)]) from fault


def _compare(folder: Path) -> list["Difference"]:
    from comptroller.custody.compare import compare_books  # noqa: PLC0415 - it brings the engine, and only --books needs it

    with tempfile.TemporaryDirectory(prefix="comptroller-books-") as scratch:
        return compare_books(folder, Path(scratch), passphrase())


def _as_json(result: VerifyResult, heads: dict[Path, Checkpoint], differing: "list[Difference]") -> dict[str, Any]:
    problem = result.problem
    return {
        "sound": result.is_sound and not differing,
        "entries": result.entry_count,
        "checkpoints": result.checkpoint_count,
        "erased": list(result.erased),
        "acts": [{"entry": number, "medium": medium} for number, medium in result.acts],
        "lost": list(result.lost),
        "root": base64.b64encode(result.root).decode(),
        "witnesses": [{"file": str(path), "size": head.size} for path, head in heads.items()],
        "problem": None if problem is None else {"code": problem.code, "entry": problem.entry, "said": str(problem)},
        "books": [{"table": d.table, "extra": d.extra, "missing": d.missing, "example": d.example} for d in differing],
    }


def _print(result: VerifyResult, heads: dict[Path, Checkpoint], differing: "list[Difference]") -> None:
    """Print a verdict for a person."""
    if result.problem is None:
        erased = f", {len(result.erased)} payloads erased" if result.erased else ""
        out.print(f"sound: {result.entry_count:,} entries, {result.checkpoint_count:,} checkpoints{erased}")
        for number, medium in result.acts:
            if medium != "lost":
                out.print(f"entry {number}: {_ACTS[medium]}")
        for path, head in heads.items():
            out.print(f"begins with the checkpoint of {head.size:,} entries in {path}", markup=False)
    else:
        where = f" at entry {result.problem.entry}" if result.problem.entry is not None else ""
        err.print(f"broken{where}: {result.problem}", markup=False)
        if result.lost:
            err.print(f"lost: entries {numbers_text(result.lost)}; save the rest: comptroller salvage", markup=False)
    for difference in differing:
        err.print(
            f"books differ from the ledger in {difference.table}: {difference.extra} rows that the ledger does not give, "
            f"{difference.missing} missing, such as {difference.example}",
            markup=False,
        )
    if differing:
        err.print("build the books again: comptroller rebuild")


_ACTS = {
    "erasure": "payloads were erased by law",
    "loss": "entries that were acknowledged were given up",
    "salvage": "this ledger was made from what a damaged one held",
}
