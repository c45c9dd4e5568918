"""Laws of the lock: one process works on a node, and its end, however it comes, releases the lock."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comptroller.model.refusal import Refused
from comptroller.node.lock import NodeLock

HOLDER = """
import sys, time
from pathlib import Path
from comptroller.node.lock import NodeLock
lock = NodeLock(Path(sys.argv[1]))
print("taken", flush=True)
time.sleep(60)
"""


def is_busy(folder: Path) -> str:
    """Return what the refusal shows, '' where the lock could be taken."""
    try:
        NodeLock(folder).release()
    except Refused as refused:
        one = refused.refusals[0]
        return one.seen if one.code == "node.busy" else one.code
    return ""


def test_a_second_lock_is_refused_until_the_first_is_released(tmp_path: Path) -> None:
    """Within one process too; the refusal names the process that has it, and advises no rebuild."""
    lock = NodeLock(tmp_path)
    assert is_busy(tmp_path) == f"process {os.getpid()}"
    with pytest.raises(Refused, match="stop it"):
        NodeLock(tmp_path)
    lock.release()
    lock.release()
    assert is_busy(tmp_path) == ""
    assert (tmp_path / "lock").stat().st_mode & 0o077 == 0


def test_a_killed_process_releases_its_lock_and_a_forked_child_does_not_keep_it(tmp_path: Path) -> None:
    """SIGKILL is enough; a child that was forked off does not carry the lock on."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, env=env) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"taken\n"
        assert is_busy(tmp_path) == f"process {holder.pid}"
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert is_busy(tmp_path) == ""
    lock = NodeLock(tmp_path)
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        lock.release()
        assert is_busy(tmp_path) == ""
        again = NodeLock(tmp_path)
        assert is_busy(tmp_path) != "", "the child does not take the lock away"
        again.release()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
