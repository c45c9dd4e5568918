"""A node's folder: what lies in it, who owns it, and the refusals of folders that are no node or are at work elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import pyarrow as pa

from comptroller.ledger.key import KeyRefused, SignerKey, load_key, save_key
from comptroller.model.refusal import Refused, refusal
from comptroller.store.duck import Duck, SqlError

CHARTER, LEDGER, BOOKS, KEY = "node.json", "ledger.sqlite", "books.duckdb", "key.pem"
Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Charter:
    """Whose node it is: the owner's code, the ledger's origin, and the pack it began with."""

    owner: str
    origin: str
    pack: str


def found(folder: Path, charter: Charter, key: SignerKey) -> None:
    """Lay a node's folder out; refuses (Refused) a folder that holds something already."""
    if folder.exists() and any(folder.iterdir()):
        wanted = ("空文件夹或新路径", "an empty folder, or a path that does not exist yet")
        mend = ("另选一个文件夹", "Choose another folder.")
        raise Refused(
            [refusal("node.taken", (str(folder), None, ""), sorted(p.name for p in folder.iterdir())[:5], wanted, mend)]
        )
    folder.mkdir(parents=True, exist_ok=True)
    save_key(key, folder / KEY)
    (folder / CHARTER).write_text(json.dumps(asdict(charter), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


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


def drop_books(folder: Path) -> None:
    """Take the books away, so that they are folded again; the ledger is not touched."""
    for path in (folder / BOOKS, folder / f"{BOOKS}.wal"):
        path.unlink(missing_ok=True)
