"""Commands on a node as a whole: erase, passphrase, checkpoint, witness, salvage."""

import base64
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from comptroller import node as node_room
from comptroller.cli.instants import instant
from comptroller.cli.output import (
    JsonOption,
    NodeOption,
    exit_on_refusal,
    node_folder,
    out,
    passphrase as present,
    print_json,
)
from comptroller.cli.pack_paths import pack_roots
from comptroller.cli.write import AtOption
from comptroller.custody.erase import Order, copies_of, erase as erase_entries, numbers_text
from comptroller.custody.salvage import NewNode, salvage as salvage_node
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import Refused, refusal
from comptroller.packs import gather_files


def erase(  # noqa: PLR0913 - an order has four parts
    numbers: Annotated[list[int], typer.Argument(metavar="N...", help="The entries, by number.")],
    by: Annotated[str, typer.Option(help="The officer who orders it.")],
    second: Annotated[str, typer.Option(help="The officer who confirms it; another person.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    law: Annotated[str, typer.Option(help="By which law: source and article.")],
    at: AtOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase payloads by law: an entry records officers, reason and law.

    Proofs stay, and the books are built again without the payloads.
    """
    with exit_on_refusal(as_json=as_json):
        folder = node_folder(node)
        worker = erase_entries(folder, numbers, Order(by, second, reason, law), instant(at), present())
        act, copies = worker.ledger.size, copies_of(worker.ledger, numbers)
        worker.close()
    if as_json:
        print_json({"entry": act, "erased": sorted(set(numbers)), "copies": copies})
    else:
        out.print(f"entry {act}: payloads of entries {numbers_text(sorted(set(numbers)))} are erased")
        if copies:
            out.print(f"the same payload also stands in entries {numbers_text(copies)}")


def passphrase(
    remove: Annotated[bool, typer.Option("--remove", help="Keep the key unencrypted from now on.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set, change or remove the passphrase of the node's key.

    Old: COMPTROLLER_PASSPHRASE, new: COMPTROLLER_NEW_PASSPHRASE.

    The node requires a passphrase from then on. Secrets sealed under the old one must be entered again.
    """
    new = os.environ.get("COMPTROLLER_NEW_PASSPHRASE", "")
    with exit_on_refusal(as_json=as_json):
        folder = node_folder(node)
        if remove and new:
            raise typer.BadParameter("--remove: not beside COMPTROLLER_NEW_PASSPHRASE")
        node_room.change_passphrase(folder, present(), None if remove else new.encode(), is_needed=not remove)
    if as_json:
        print_json({"needs_passphrase": not remove})
    else:
        out.print("the key is unencrypted" if remove else "the key is encrypted, and the node requires the passphrase")


def checkpoint(
    since: Annotated[int | None, typer.Option(help="Prove growth since the checkpoint of that size.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the newest checkpoint, to be stored outside the node."""
    with exit_on_refusal(as_json=as_json):
        path = node_folder(node) / node_room.LEDGER
        try:
            with Ledger.open(path, readonly=True) as ledger:
                new = ledger.checkpoint()
                fields: dict[str, str | list[str]] = {"new": new.text}
                if since is not None:
                    proof = [base64.b64encode(digest).decode() for digest in ledger.consistency(since, new.size)]
                    fields = {"old": ledger.checkpoint(since).text, "new": new.text, "proof": proof}
        except LookupError as fault:
            raise Refused([refusal("checkpoint.since", ("", None, "since"), since)]) from fault
    if as_json:
        print_json(fields)
    else:
        typer.echo(new.text, nl=False)


def witness(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="On another disk; none to stop.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name a second file, on another disk, for each new checkpoint.

    The ledger is compared with it at each opening.
    """
    with exit_on_refusal(as_json=as_json):
        stores = node_room.open_ledger(node_folder(node), present())
        try:
            node_room.name_witness(stores, path)
        finally:
            stores.close()
    if as_json:
        print_json({"witness": str(path.absolute()) if path else None})
    else:
        out.print(f"witness {path.absolute()}" if path else "no second witness", markup=False)


def salvage(  # noqa: PLR0913 - what a new node is made with
    source: Annotated[Path, typer.Argument(metavar="DAMAGED", help="The damaged node's folder.")],
    target: Annotated[Path, typer.Argument(metavar="DIR", help="The new node's folder.")],
    pack: Annotated[str, typer.Option(help="The pack to begin with where entry 1 is lost.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save the readable part of a damaged ledger to a new node that names what is lost."""
    with exit_on_refusal(as_json=as_json):
        charter = node_room.read_charter(source)
        name = f"comptroller.invalid/{charter.owner.lower()}/{secrets.token_hex(4)}"
        files = gather_files(pack_roots(), pack) if pack else None
        key = make_key(name, secrets.token_bytes(32))
        new = NewNode(key, present(), files, pack)
        worker, report = salvage_node(source, target, new, instant(at), reason)
        worker.close()
    fields = {
        "node": str(target),
        "verifier_key": str(key.verifier),
        "entries": report.size,
        "saved": report.saved,
        "lost": list(report.lost),
        "proved_to": report.proved_to,
        "entry": report.entry,
    }
    if as_json:
        print_json(fields)
    else:
        lost = numbers_text(report.lost) or "none"
        out.print(f"node {target}: {report.saved:,} of {report.size:,} entries are saved; lost: {lost}", markup=False)
        out.print(f"proved by the damaged node's own checkpoints up to entry {report.proved_to:,}")
        out.print(f"verifier key {fields['verifier_key']}", markup=False)
