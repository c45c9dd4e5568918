"""Laws of salvage: a new node has the readable part of the damaged one, lists what is lost, and works like any
other.
"""

import json
import sqlite3
from pathlib import Path

import pytest

from comptroller import engine, node
from comptroller.custody.salvage import NewNode, salvage
from comptroller.ledger.key import make_key
from comptroller.ledger.verify import verify
from comptroller.model.refusal import Refused
from tests.engine.test_engine import live, pay
from tests.packs_small.small import AT, dump, small_files, small_node, tell

NEW = make_key("owner.example/again", bytes([7] * 32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a node with a little history, closed."""
    made = small_node(tmp_path / "n")
    live(made)
    made.close()
    return tmp_path / "n"


def test_a_node_is_saved_without_what_is_lost(folder: Path, tmp_path: Path) -> None:
    """Entries retain their numbers, the last entry names the old ledger and the lost ones, and the node continues."""
    with sqlite3.connect(folder / node.LEDGER) as store:
        store.execute("UPDATE entry SET payload = x'00' WHERE number = 5")
        store.execute("DELETE FROM entry WHERE number = 8")
    store.close()
    worker, found = salvage(folder, tmp_path / "new", NewNode(NEW, b"secret"), AT, "page damaged")
    assert found.lost == (5, 8)
    assert found.saved == found.size - 2
    said = json.loads(worker.ledger.entry(found.entry).payload or b"")
    assert (said["lost"], said["reason"]) == ("5, 8", "page damaged")
    assert said["made_from"].startswith("owner.example/small+")
    assert worker.ledger.entry(9).fields["payload_sha256"] != worker.ledger.entry(8).fields["payload_sha256"]
    tell(worker, [("payment", pay("P77"))], days=60)
    before = dump(worker)
    worker.close()
    again = engine.rebuild(tmp_path / "new", passphrase=b"secret")
    assert dump(again) == before
    again.close()
    assert verify(tmp_path / "new" / node.LEDGER, NEW.verifier).is_sound


def test_a_whole_node_is_saved_whole(folder: Path, tmp_path: Path) -> None:
    """Nothing lost: the new books hold the same facts and findings."""
    worker, found = salvage(folder, tmp_path / "new", NewNode(NEW), AT)
    assert (found.lost, found.proved_to) == ((), found.size)
    saved = dump(worker)
    worker.close()
    old = engine.open_node(folder)
    whole = dump(old)
    old.close()
    assert {t: rows for t, rows in saved.items() if t != "position"} == {
        t: r for t, r in whole.items() if t != "position"
    }


def test_a_lost_policy_is_replaced_by_a_pack_that_is_named(folder: Path, tmp_path: Path) -> None:
    """Without entry 1 the salvage requires the pack; the folder may then be used again."""
    with sqlite3.connect(folder / node.LEDGER) as store:
        store.execute("UPDATE entry SET payload = x'00' WHERE number = 1")
    store.close()
    with pytest.raises(Refused) as refused:
        salvage(folder, tmp_path / "new", NewNode(NEW), AT)
    assert [one.code for one in refused.value.refusals] == ["salvage.policy"]
    worker, found = salvage(folder, tmp_path / "new", NewNode(NEW, None, small_files(), "small"), AT)
    assert found.lost == (1,)
    assert worker.duck.rows("SELECT count(*) FROM payment")[0][0] > 0
    worker.close()
