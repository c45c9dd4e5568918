"""Commands of the ledger: an entry and its receipt."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from comptroller import node as node_room
from comptroller.cli.output import (
    JsonOption,
    NodeOption,
    exit_on_refusal,
    node_folder,
    out,
    passphrase,
    print_json,
    print_table,
)
from comptroller.ledger.entry import Entry, Receipt, payload_digest
from comptroller.ledger.ledger import Ledger
from comptroller.model.finding import plain
from comptroller.model.refusal import Refused, refusal

NumberArgument = Annotated[int | None, typer.Argument(metavar="N", help="The entry's number.")]
FileOption = Annotated[Path | None, typer.Option(help="The first entry that holds this file, byte for byte.")]


def entry(
    number: NumberArgument = None,
    file: FileOption = None,
    payload: Annotated[Path | None, typer.Option(help="Write the payload, byte for byte, to this file.")] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an entry of the ledger with its receipt: the proof that it is in the tree."""
    with exit_on_refusal(as_json=as_json), _open_ledger(node) as ledger:
        stored, proof = _entry_of(ledger, number, file)
    if payload is not None and stored.payload is not None:
        payload.write_bytes(stored.payload)
    if as_json:
        print_json(_as_json(stored, proof))
        return
    rows = [
        (k, v if not isinstance(v, (dict, list)) else json.dumps(v, ensure_ascii=False))
        for k, v in stored.fields.items()
    ]
    print_table(f"entry {stored.number}, received {stored.received_at.isoformat()}", ["", ""], rows)
    out.print(proof.checkpoint, markup=False)
    out.print(f"proof: {len(proof.proof)} hashes to the tree of {proof.size} entries")


def receipt(
    number: NumberArgument = None,
    file: FileOption = None,
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead of printing it.")] = None,
    node: NodeOption = None,
) -> None:
    """Write the receipt of an entry as JSON, for a check without Comptroller."""
    with exit_on_refusal(as_json=False), _open_ledger(node) as ledger:
        stored, proof = _entry_of(ledger, number, file)
    text = json.dumps(plain(_as_json(stored, proof)), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"--output {output}: {error.strerror}") from error
    out.print(f"receipt of entry {stored.number}  {output}", markup=False)


@contextmanager
def _open_ledger(node: Path | None) -> Iterator[Ledger]:
    """Yield the ledger of a node for reading; raises Refused for a folder that is no node."""
    with closing(node_room.open_ledger(node_folder(node), passphrase())) as stores:
        yield stores.ledger


def _entry_of(ledger: Ledger, number: int | None, file: Path | None) -> tuple[Entry, Receipt]:
    """Return an entry by number or by its file, with its receipt; raises Refused for an unknown one."""
    try:
        entry = ledger.entry((number if file is None else _holding(ledger, file)) or 0)
        return entry, ledger.receipt(entry.number)
    except LookupError as error:
        value = "" if number is None else number
        raise Refused([refusal("entry.number", ("", None, "N"), value, size=ledger.size)]) from error


def _as_json(entry: Entry, proof: Receipt) -> dict[str, Any]:
    return {
        "number": entry.number,
        "received_at": entry.received_at,
        "header": entry.fields,
        "erased": entry.is_erased,
        "leaf": base64.b64encode(entry.leaf).decode(),
        "receipt": json.loads(proof.to_json()),
    }


def _holding(ledger: Ledger, file: Path) -> int:
    """Return the first entry with this file as its payload; raises Refused for a file that was never accepted."""
    try:
        number = ledger.find(payload_digest(file.read_bytes()))
    except OSError as fault:
        raise Refused([refusal("entry.unreadable", (str(file), None, "file"), str(fault))]) from fault
    if number is None:
        raise Refused([refusal("entry.not_taken", (str(file), None, "file"), file.name)])
    return number
