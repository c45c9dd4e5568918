"""The files of a node's folder: their names, their modes, and the charter that makes a folder a node."""

import logging
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from comptroller.model.refusal import Refused, refusal

CHARTER, LEDGER, BOOKS, KEY = "node.json", "ledger.sqlite", "books.duckdb", "key.pem"
WITNESS, LOCK = "witness", "lock"
UNFINISHED = f"{CHARTER}.unfinished"
LAID_OUT = frozenset(
    {UNFINISHED, KEY, WITNESS, LOCK, LEDGER, *(f"{LEDGER}-{end}" for end in ("wal", "shm", "journal"))}
)
"""What a founding that was cut off may leave."""
FOLDER_MODE, FILE_MODE = 0o700, 0o600
_OTHERS = 0o077
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Charter:
    """A node's own settings: owner's code, ledger's origin, first pack, verifier key, policy of the key, second
    witness.

    `needs_passphrase` forbids an unencrypted key. `witness` is a path outside the folder for a second copy of the
    highest checkpoint, or ''.
    """

    owner: str
    origin: str
    pack: str
    verifier: str = field(default="", compare=False)
    needs_passphrase: bool = False
    witness: str = ""


def make_private(folder: Path) -> list[str]:
    """Set the folder to 0700 and its content to 0600 (folders 0700); return what had other modes.

    Logs where the folder itself was open to others. Symbolic links are left alone. Raises Refused (`node.mode`) where
    the mode cannot be set.
    """
    exposed = []
    was_open = bool(folder.stat().st_mode & _OTHERS)
    for path, mode in [(folder, FOLDER_MODE), *((item, FILE_MODE) for item in sorted(folder.iterdir()))]:
        if path.is_symlink():
            continue
        try:
            present = path.stat().st_mode
            if stat.S_IMODE(present) & _OTHERS:
                path.chmod(FOLDER_MODE if stat.S_ISDIR(present) else mode)
                exposed.append(f"{path.name or path} ({stat.S_IMODE(present):04o})")
        except FileNotFoundError:
            continue  # a write-ahead log that its owner has just removed
        except OSError as fault:
            raise Refused([refusal("node.mode", (str(path), None, ""), fault.strerror)]) from fault
    if was_open:
        _log.warning("%s: others could read %s; the modes are set to 0700 and 0600 now", folder, ", ".join(exposed))
    return exposed


def write_whole(path: Path, content: bytes) -> None:
    """Write a private file atomically and durably: the old content or the new, never a part."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
