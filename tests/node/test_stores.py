"""Laws of opening: the lock comes first, faults are refusals by name, and nothing stays open behind a refusal."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from comptroller import engine, node
from comptroller.model.refusal import BrokenLedger, Refused
from tests.engine.test_engine import pay
from tests.packs_small.small import dump, small_node, tell

HOLDER = """
import sys, time
from pathlib import Path
from comptroller import node
stores = node.open_ledger(Path(sys.argv[1]), None)
print("open", flush=True)
time.sleep(60)
"""


def test_beside_a_process_at_work_nothing_is_dropped(tmp_path: Path) -> None:
    """While another process has the node, opening, rebuilding and a new passphrase are rejected, and change no file."""
    small_node(tmp_path / "n").close()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "n")], stdout=subprocess.PIPE, env=env
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"open\n"
        before = {path.name: path.read_bytes() for path in (tmp_path / "n").iterdir()}
        for call in (engine.open_node, engine.rebuild):
            with pytest.raises(Refused) as refused:
                call(tmp_path / "n")
            assert [one.code for one in refused.value.refusals] == ["node.busy"]
        with pytest.raises(Refused):
            node.change_passphrase(tmp_path / "n", None, b"x", is_needed=True)
        assert {path.name: path.read_bytes() for path in (tmp_path / "n").iterdir()} == before
        other.kill()
    engine.open_node(tmp_path / "n").close()


def test_a_garbled_ledger_is_a_refusal_by_name(tmp_path: Path) -> None:
    """Any bytes in the ledger's file, or none, result in a refusal and no trace, and the lock is free afterwards."""
    others = node.open_stores()
    small_node(tmp_path / "n").close()
    path, chance = tmp_path / "n" / node.LEDGER, random.Random(5)
    raw = path.read_bytes()
    for content in (
        b"",
        b"garbage",
        raw[:100],
        raw[:5000],
        chance.randbytes(30_000),
        raw[:100] + chance.randbytes(20_000),
    ):
        path.write_bytes(content)
        with pytest.raises(BrokenLedger):
            engine.open_node(tmp_path / "n")
    path.unlink()
    with pytest.raises(BrokenLedger):
        engine.open_node(tmp_path / "n")
    path.write_bytes(raw)
    engine.open_node(tmp_path / "n").close()
    assert node.open_stores() - others == frozenset()


def test_an_altered_entry_is_named_before_it_is_folded(tmp_path: Path) -> None:
    """A payload changed in the file is never folded: the rebuild names the entry."""
    worker = small_node(tmp_path / "n")
    tell(worker, [("payment", pay("P1"))])
    before = dump(worker)
    worker.close()
    import sqlite3  # noqa: PLC0415 - the hand of a thief

    with sqlite3.connect(tmp_path / "n" / node.LEDGER) as store:
        store.execute("UPDATE entry SET payload = CAST(replace(payload, '2000', '9000') AS BLOB) WHERE number = 4")
    store.close()
    with pytest.raises(BrokenLedger) as refused:
        engine.rebuild(tmp_path / "n")
    assert (refused.value.refusals[0].code, refused.value.refusals[0].field) == ("node.ledger_altered", "entry 4")
    kept = engine.open_node(tmp_path / "n")
    assert dump(kept) == before
    kept.close()
