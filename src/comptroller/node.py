"""A node's folder: what lies in it, who owns it, and the refusals of what is no node, is busy, or cannot be its policy.

A folder is a node from the moment its charter has its name; a founding that was cut off before is begun anew.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import msgspec
import pyarrow as pa

from comptroller.books.tables import FIXED
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import KeyRefused, SignerKey, load_key, save_key
from comptroller.model.kind import STAMPS
from comptroller.model.refusal import Refused, refusal
from comptroller.model.said import Incoming
from comptroller.store.duck import Duck, SqlError
from comptroller.watch.findings import COLUMNS

CHARTER, LEDGER, BOOKS, KEY = "node.json", "ledger.sqlite", "books.duckdb", "key.pem"
UNFINISHED = f"{CHARTER}.unfinished"
_LAID_OUT = {UNFINISHED, KEY, LEDGER, *(f"{LEDGER}-{end}" for end in ("wal", "shm", "journal"))}
Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Charter:
    """Whose node it is: the owner's code, the ledger's origin, and the pack it began with."""

    owner: str
    origin: str
    pack: str


def found(folder: Path, charter: Charter, key: SignerKey) -> None:
    """Begin a node's folder, which `finish` makes a node; refuses (Refused) a folder that holds something already.

    What a founding left that was cut off is thrown away: nobody was told that there is a node.
    """
    there = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if UNFINISHED in there and there <= _LAID_OUT:
        for name in sorted(there - {UNFINISHED}):
            (folder / name).unlink()
    elif there:
        wanted = ("空文件夹或新路径", "an empty folder, or a path that does not exist yet")
        mend = ("另选一个文件夹", "Choose another folder.")
        raise Refused([refusal("node.taken", (str(folder), None, ""), sorted(there)[:5], wanted, mend)])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / UNFINISHED).open("w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(charter), ensure_ascii=False, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    save_key(key, folder / KEY)


def finish(folder: Path) -> None:
    """Make the folder a node, in one step: from here on it can be opened."""
    (folder / UNFINISHED).replace(folder / CHARTER)


def take_up(folder: Path, passphrase: bytes | None) -> tuple[Charter, SignerKey]:
    """Give a node's charter and key; refuses (Refused) a folder that is not a node."""
    path = folder / CHARTER
    wanted = (f"含 {CHARTER} 的节点文件夹", f"a node's folder, with {CHARTER} in it")
    mend = (
        "用 --node 指明节点,或先运行 comptroller init",
        "Name the node with --node, or make one: comptroller init DIR.",
    )
    try:
        charter = msgspec.json.decode(path.read_bytes(), type=Charter)
    except OSError as error:
        raise Refused([refusal("node.absent", (str(folder), None, ""), error.strerror, wanted, mend)]) from error
    except msgspec.DecodeError as error:
        raise Refused([refusal("node.charter", (str(path), None, ""), error, wanted, mend)]) from error
    try:
        return charter, load_key(folder / KEY, charter.origin, passphrase)
    except (KeyRefused, OSError) as error:
        wanted = ("可读的节点密钥", "the node's key, readable")
        mend = ("恢复密钥文件,或给出口令", "Restore the key's file, or give its passphrase.")
        raise Refused([refusal("node.key", (str(folder / KEY), None, ""), error, wanted, mend)]) from error


def open_books(folder: Path) -> Duck:
    """Open the books; refuses (Refused) when another process works on them, or when they are damaged."""
    try:
        return Duck(folder / BOOKS)
    except SqlError as error:
        wanted = ("未被占用且完好的账簿", "books that are whole and that no other process works on")
        mend = (
            "等待另一进程结束;若账簿损坏,运行 comptroller rebuild",
            "Wait for the other process; if the books are damaged, run: comptroller rebuild.",
        )
        said = str(error).splitlines()[0]
        raise Refused([refusal("node.busy", (str(folder / BOOKS), None, ""), said, wanted, mend)]) from error


def folded(duck: Duck) -> tuple[int, int]:
    """Give the last entry that is folded into the books and the entry of their policy; 0 and 1 for empty books.

    Refuses (Refused) books of which something is gone, and books that another version laid out with other tables: with
    less than they should be, they would be folded wrongly.
    """
    tables = {str(name) for (name,) in duck.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")}
    if not tables:
        duck.execute(f"CREATE TABLE laid_out AS SELECT '{_LAYOUT}' AS layout")
        return 0, 1
    mend = ("运行 comptroller rebuild 重建账簿", "Fold them again: comptroller rebuild.")
    layout = duck.rows("SELECT layout FROM laid_out")[0][0] if "laid_out" in tables else "-"
    if layout != _LAYOUT:
        wanted = (f"本版本的表结构 {_LAYOUT}", f"tables as this version lays them out, {_LAYOUT}")
        raise Refused([refusal("node.layout", (BOOKS, None, "laid_out"), layout, wanted, mend)])
    entries, policy = (0, 1) if "position" not in tables else duck.rows("SELECT entries, policy FROM position")[0]
    gone = sorted({"position", "finding", "asleep"} - tables) if entries or "position" not in tables else []
    if gone and tables != {"laid_out"}:
        wanted = ("完整的账簿", "books that are whole")
        raise Refused([refusal("node.books", (BOOKS, None, ", ".join(gone)), "-", wanted, mend)])
    return int(entries), int(policy)


_LAYOUT = sha256(json.dumps([FIXED, STAMPS, COLUMNS]).encode()).hexdigest()[:16]
"""Names how the books' tables are laid out, so that books of another version are folded again and not misread."""


def drop_books(folder: Path) -> None:
    """Take the books away, so that they are folded again; the ledger is not touched."""
    for path in (folder / BOOKS, folder / f"{BOOKS}.wal"):
        path.unlink(missing_ok=True)


def to_keep(report: Incoming) -> Accepted:
    """Give an accepted report as the ledger keeps it, its mapping named by its hash."""
    return Accepted(
        payload=report.payload,
        media=report.media,
        reporter=report.reporter,
        name=report.name,
        kind=report.kind,
        attachments=(sha256(report.mapping.encode()).hexdigest(),) if report.mapping else (),
        note={"signature": report.signature} if report.signature else {},
    )
