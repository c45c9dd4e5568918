"""The one lock of a node: taken before anything in its folder is opened or dropped, released when its process ends."""

import fcntl
import os
from pathlib import Path
from weakref import WeakSet, finalize

from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.node.files import FILE_MODE, LOCK


class NodeLock:
    """An exclusive lock on a node's folder. Raises Refused (`node.busy`) where another process has it.

    The system releases it when the process ends in any way. A forked child does not inherit it.
    """

    def __init__(self, folder: Path) -> None:
        """Acquire the lock without waiting."""
        self._handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            owner = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip() or "?"
            os.close(self._handle)
            raise Refused([busy(folder, f"process {owner}")]) from fault
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)
        self._end = finalize(self, os.close, self._handle)
        _TAKEN.add(self)

    def release(self) -> None:
        """Release the lock, also where a forked child still has the file open; twice is harmless."""
        if self._end.alive:
            fcntl.flock(self._handle, fcntl.LOCK_UN)
        self._end()

    def forget(self) -> None:
        """Close the file in a forked child; the lock stays with the parent."""
        self._end()


def busy(folder: Path, owner: str) -> Refusal:
    """Return the refusal of a node that another process works on."""
    return refusal("node.busy", (str(folder), None, ""), owner)


def _forget_locks() -> None:
    for lock in list(_TAKEN):
        lock.forget()


_TAKEN: "WeakSet[NodeLock]" = WeakSet()
os.register_at_fork(after_in_child=_forget_locks)
