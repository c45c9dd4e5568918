"""Laws of the witness: a shorter, older or other ledger is rejected on opening, and given up by an entry alone."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from comptroller import engine, node
from comptroller.ledger.verify import verify
from comptroller.model.refusal import BrokenLedger, Refusal
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, key, small_node, tell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a node of two entries, closed, with a copy of its ledger beside it."""
    small_node(tmp_path / "n").close()
    shutil.copy(tmp_path / "n" / node.LEDGER, tmp_path / "old")
    return tmp_path / "n"


def grow(folder: Path, *numbers: str) -> None:
    """Report payments, each in a batch of its own."""
    worker = engine.open_node(folder)
    tell(worker, [("payment", pay(number)) for number in numbers], together=False)
    worker.close()


def refused(folder: Path) -> Refusal:
    """Return the refusal of a node that must not open."""
    with pytest.raises(BrokenLedger) as found:
        engine.open_node(folder).close()
    return found.value.refusals[0]


def put_back(folder: Path) -> None:
    """Replace the newer ledger by the old copy."""
    shutil.copy(folder.parent / "old", folder / node.LEDGER)


@pytest.mark.parametrize("drops_books", [False, True])
def test_an_old_copy_is_refused_by_number_and_given_up_by_an_entry(folder: Path, drops_books: bool) -> None:
    """With and without books: opening and rebuilding name the missing entries; only their exact numbers are accepted."""
    size = verify(folder / node.LEDGER, key().verifier).entry_count
    grow(folder, "P1", "P2")
    put_back(folder)
    if drops_books:
        (folder / node.BOOKS).unlink()
    missing = f"{size + 1}-{size + 2}"
    one = refused(folder)
    assert one.code == "node.ledger_short"
    assert f"--accept-loss {missing}" in one.mend.en
    for accepted in ("", f"{size + 1}", f"{size + 2}", "unwitnessed", "all"):
        with pytest.raises(BrokenLedger):
            engine.rebuild(folder, loss=node.Loss(accepted, AT))
    again = engine.rebuild(folder, loss=node.Loss(missing, AT, "the disk is gone"))
    entry = again.ledger.entry(again.ledger.size)
    assert entry.fields["media"] == "loss"
    said = json.loads(entry.payload or b"")
    assert (said["given_up"], said["reason"], said["size"]) == (missing, "the disk is gone", size)
    again.close()
    grow(folder, "P3")
    verdict = verify(folder / node.LEDGER, key().verifier)
    assert verdict.is_sound
    assert verdict.acts == ((size + 1, "loss"),)
    assert not verify(folder / node.LEDGER, key().verifier, witness=said["witness"]).is_sound


def test_a_group_cut_off_and_a_log_that_is_gone_are_refused(folder: Path) -> None:
    """A last group deleted with its checkpoint, as a lost write-ahead log would do, is rejected by number."""
    grow(folder, "P1")
    with sqlite3.connect(folder / node.LEDGER) as store:
        (last,) = store.execute("SELECT max(number) FROM entry").fetchone()
        store.execute("DELETE FROM entry WHERE number = ?", (last,))
        store.execute("DELETE FROM checkpoint WHERE size = ?", (last,))
    store.close()
    assert verify(folder / node.LEDGER, key().verifier).is_sound, "by itself the file tells nothing"
    assert f"entries {last} are missing" in refused(folder).mend.en


def test_another_history_is_refused(folder: Path, tmp_path: Path) -> None:
    """A ledger of the same key with another entry under the same number, as long or longer, is rejected by name."""
    shutil.copytree(folder, tmp_path / "other")
    grow(folder, "P1")
    grow(tmp_path / "other", "Q1", "Q2")
    shutil.copy(tmp_path / "other" / node.LEDGER, folder / node.LEDGER)
    one = refused(folder)
    assert (one.code, "other-history" in one.mend.en) == ("node.ledger_other", True)
    again = engine.rebuild(folder, loss=node.Loss("other-history", AT))
    assert again.ledger.entry(again.ledger.size).fields["media"] == "loss"
    again.close()


@pytest.mark.parametrize("content", [None, b"", b"garbage" * 2000])
def test_a_witness_that_is_gone_is_refused_and_made_again_by_an_entry(folder: Path, content: bytes | None) -> None:
    """Without its witness a ledger may be an old one: it is rejected until an entry accepts the loss."""
    (folder / node.WITNESS).unlink()
    if content is not None:
        (folder / node.WITNESS).write_bytes(content)
    one = refused(folder)
    assert (one.code, "unwitnessed" in one.mend.en) == ("node.witness", True)
    engine.rebuild(folder, loss=node.Loss("unwitnessed", AT)).close()
    engine.open_node(folder).close()


def test_a_witness_that_lags_is_brought_up(folder: Path) -> None:
    """After a loss of power the witness may be older than the ledger: it is updated, and nothing is rejected."""
    old = (folder / node.WITNESS).read_bytes()
    grow(folder, "P1")
    (folder / node.WITNESS).write_bytes(old)
    grow(folder)
    put_back(folder)
    assert refused(folder).code == "node.ledger_short"


def test_a_second_witness_finds_a_folder_put_back_whole(folder: Path, tmp_path: Path) -> None:
    """A copy of the whole folder, its own witness included, is rejected by the witness that lies elsewhere."""
    charter = node.read_charter(folder)
    stores = node.open_ledger(folder, None)
    second = tmp_path / "elsewhere"
    node.name_witness(stores, second)
    stores.close()
    shutil.copytree(folder, tmp_path / "whole")
    grow(folder, "P1")
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "whole", folder)
    one = refused(folder)
    assert (one.code, one.file) == ("node.ledger_short", str(second))
    second.unlink()
    assert refused(folder).code == "node.witness"
    assert charter.witness == ""
