"""A node's folder: what lies in it, who owns it, and the refusals of what is no node, is busy, or cannot be its policy.

A folder is a node from the moment its charter has its name; a founding that was cut off before is begun anew.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from comptroller.ledger.key import SignerKey, save_key
from comptroller.model.refusal import Refused, refusal
from comptroller.node.books_file import (
    books_mark,
    check_books,
    damaged,
    damaged_store,
    drop_books,
    folded,
    open_books,
    reading,
)
from comptroller.node.files import (
    BOOKS,
    CHARTER,
    FILE_MODE,
    FOLDER_MODE,
    KEY,
    LAID_OUT,
    LEDGER,
    LOCK,
    UNFINISHED,
    WITNESS,
    Charter,
    sync_folder,
)
from comptroller.node.keys import change_passphrase, charter_bytes, read_charter, read_key, verifier_of, write_charter
from comptroller.node.lock import NodeLock
from comptroller.node.loss import Loss
from comptroller.node.outside import outside_heads
from comptroller.node.stores import (
    Stores,
    add_books,
    add_new_books,
    begin,
    finish_erasure,
    name_witness,
    open_all,
    open_ledger,
    open_stores,
    payload_of,
    put_new_books,
    with_books,
    witness_file,
)

if TYPE_CHECKING:
    from comptroller.node.reports import check_reports, to_keep

__all__ = [
    "BOOKS", "CHARTER", "KEY", "LEDGER", "LOCK", "WITNESS", "Charter", "Loss", "NodeLock", "Stores", "Tables",
    "add_books", "add_new_books", "begin", "books_mark", "change_passphrase", "check_books", "check_reports", "damaged", "damaged_store", "drop_books", "finish",
    "finish_erasure", "folded", "load", "name_witness", "open_all", "open_books", "open_ledger", "open_stores", "outside_heads", "payload_of", "put_new_books",
    "read_charter", "reading", "start", "to_keep", "verifier_of", "with_books", "witness_file",
    "write_charter",
]  # fmt: skip
Tables = Mapping[str, pa.Table]


def start(folder: Path, charter: Charter, key: SignerKey, passphrase: bytes | None = None) -> None:
    """Start a node's folder, which `finish` makes a node. Raises Refused for a folder that is not empty.

    The remains of an interrupted start are deleted: no user was promised a node.
    """
    there = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if UNFINISHED in there and there <= LAID_OUT:
        for name in sorted(there - {UNFINISHED}):
            (folder / name).unlink()
    elif there:
        raise Refused([refusal("node.taken", (str(folder), None, ""), sorted(there)[:5])])
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(FOLDER_MODE)
    named = replace(charter, verifier=str(key.verifier), needs_passphrase=bool(passphrase))
    handle = os.open(folder / UNFINISHED, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(charter_bytes(named))
        file.flush()
        os.fsync(file.fileno())
    save_key(key, folder / KEY, passphrase)


def finish(folder: Path) -> None:
    """Make the folder a node, in one step: from here on it can be opened."""
    (folder / UNFINISHED).replace(folder / CHARTER)
    sync_folder(folder)


def load(folder: Path, passphrase: bytes | None) -> tuple[Charter, SignerKey]:
    """Return a node's charter and key. Raises Refused for a folder that is not a node."""
    charter = read_charter(folder)
    return charter, read_key(folder, charter, passphrase)


def __getattr__(name: str) -> Any:
    """Return a function about reports; its module brings intake and books, which most commands do without."""
    if name in ("check_reports", "to_keep"):
        return getattr(import_module("comptroller.node.reports"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
