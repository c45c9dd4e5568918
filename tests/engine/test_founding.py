"""The law of founding: killed at any step, a folder is empty, or begun anew, or a node; never something in between."""

import datetime as dt
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comptroller import engine, node
from comptroller.model.refusal import Refused
from tests.packs_small.small import AT, ORIGIN, key, small_files, small_node

FOUNDER = """
import json, os, signal, sys
from pathlib import Path
from tests.packs_small.small import AT, ORIGIN, key, small_files
from comptroller import engine, node

def found(folder, steps):
    def count(event, told):
        nonlocal steps
        if event in ("open", "os.mkdir", "os.rename", "os.remove", "sqlite3.connect") and str(folder) in str(told[0]):
            steps -= 1
            if steps == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    engine.create(folder, files, charter, key=key(), at=AT).close()
    os._exit(0)

files, charter = small_files(), node.Charter("O", ORIGIN, "small")
ends = []
for steps in range(1, 30):
    child = os.fork()
    if child == 0:
        found(Path(sys.argv[1]) / f"n{steps}", steps)
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    if ends[-1] == 0:
        break
print(json.dumps(ends))
"""
"""One interpreter that has imported everything founds in one child after another, each killed a step later."""


def test_a_founding_that_is_killed_can_be_done_again(tmp_path: Path) -> None:
    """Killed before each of its files, one after the other, creation leaves a node, or a folder that can be
    used again.
    """
    nodes = 0
    told = subprocess.run([sys.executable, "-c", FOUNDER, str(tmp_path)], check=True, capture_output=True).stdout
    *killed, last = json.loads(told)
    assert (set(killed), last) == ({-signal.SIGKILL}, 0)
    for steps in range(1, len(killed) + 1):
        folder = tmp_path / f"n{steps}"
        if (folder / node.CHARTER).exists():
            nodes += 1
            taken = engine.open_node(folder)
        else:
            with pytest.raises(Refused) as refused:
                engine.open_node(folder)
            assert [one.code for one in refused.value.refusals] == ["node.absent"]
            taken = small_node(folder)
        assert taken.ledger.size >= 1
        taken.close()
    assert nodes < len(killed)
    assert len(killed) > 3


def test_a_folder_that_holds_something_else_is_not_begun_anew(tmp_path: Path) -> None:
    """Beside the traces of a founding lies a stranger's file: nothing is taken away."""
    node.start(tmp_path, node.Charter("O", ORIGIN, "small"), key())
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(Refused):
        small_node(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.pem", "mine.txt", "node.json.unfinished"]


def test_a_node_may_be_founded_at_an_instant_of_any_offset(tmp_path: Path) -> None:
    """The ledger has the instant in UTC for any offset; one without an offset is rejected."""
    charter, shanghai = node.Charter("O", ORIGIN, "small"), dt.timezone(dt.timedelta(hours=8))
    with pytest.raises(ValueError, match="offset"):
        engine.create(tmp_path / "n", small_files(), charter, key=key(), at=AT.replace(tzinfo=None))
    made = engine.create(tmp_path / "n", small_files(), charter, key=key(), at=AT.astimezone(shanghai))
    assert made.ledger.entry(1).received_at == AT
    made.close()
