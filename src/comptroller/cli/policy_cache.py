"""The policy in force as a file beside the books, as it was read last: a command that reads need not parse it again.

- It is used by commands that read, and never by the engine, which judges by the policy that the ledger holds.
- It is taken for the digest and the files of the ledger's policy alone, and for the program that wrote it.
- A file that is gone, damaged or of another program is written anew; only a policy that comes back equal is written.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

import comptroller
from comptroller.model.policy import Pack
from comptroller.model.text import Text

NAME = "policy.cache"


def stored(folder: Path, digest: str, files: Mapping[str, bytes]) -> Pack | None:
    """Return the policy of that digest and those files, or None where it is not stored beside the books."""
    try:
        stamp, _, text = (folder / NAME).read_bytes().partition(b"\n")
        if stamp != _stamp(digest):
            return None
        pack = _decoded(text)
    except (OSError, msgspec.MsgspecError, TypeError, AttributeError):
        return None
    return pack if pack.digest == digest and pack.files == files else None


def store(folder: Path, pack: Pack) -> None:
    """Write a policy beside the books, in one step; a folder that cannot be written is left as it is."""
    text = msgspec.json.encode(pack)
    if _decoded(text) != pack:
        return
    unfinished = folder / f"{NAME}.{os.getpid()}"
    with suppress(OSError):  # reading works without it
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_stamp(pack.digest) + b"\n" + text)
        unfinished.replace(folder / NAME)


def _decoded(text: bytes) -> Pack:
    pack = msgspec.json.decode(text, type=Pack, dec_hook=lambda kind, value: kind(value))
    for kind in pack.kinds.values():
        if isinstance(by := kind.reported.get("by"), dict):
            kind.reported["by"] = Text(**by)
    return pack


def _stamp(digest: str) -> bytes:
    """Return what names a policy as this program reads it: its digest, and the state of the files that read it."""
    root = Path(comptroller.__file__).parent
    sources = sorted(path for room in ("model", "packs") for path in (root / room).glob("*.py"))
    states = [f"{path.name} {(state := path.stat()).st_size} {state.st_mtime_ns}" for path in sources]
    return f"{digest} {sha256(chr(10).join((comptroller.__version__, *states)).encode()).hexdigest()}".encode()
