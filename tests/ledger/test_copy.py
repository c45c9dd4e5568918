"""Laws of the copied ledger: what is whole is copied as it was, what is lost is named, and the copy is sound."""

import sqlite3
from pathlib import Path

import pytest

from comptroller.ledger.acts import LOST
from comptroller.ledger.copy import copy_ledger
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.verify import verify
from tests.ledger.test_acts import act_on
from tests.ledger.test_verify import BEGAN, GROUPS, KEY, SIZE, fill

NEW = make_key("owner.example/again", bytes(32))


def test_a_whole_ledger_is_copied_whole(tmp_path: Path) -> None:
    """Nothing is lost: the copy's tree is the old one at every group, proved to its end, under another key."""
    fill(tmp_path / "old")
    found = copy_ledger(tmp_path / "old", tmp_path / "new", NEW, KEY.verifier, None)
    assert (found.size, found.lost, found.proved_to) == (SIZE, [], SIZE)
    with Ledger.open(tmp_path / "old") as old, Ledger.open(tmp_path / "new") as new:
        assert list(old.entries()) == list(new.entries())
        assert [new.checkpoint(size).root for size, _, _ in old.checkpoints()] == [
            old.checkpoint(size).root for size, _, _ in old.checkpoints()
        ]
    assert verify(tmp_path / "new", NEW.verifier).is_sound


@pytest.mark.parametrize("page", [1, 5, 8, 9, 20, 29, 33, 34])
def test_a_damaged_ledger_is_copied_without_what_is_lost(tmp_path: Path, page: int) -> None:
    """Every whole entry retains number, header and payload; each lost one has a marked place; the copy is valid."""
    path = tmp_path / "old"
    fill(path)
    with Ledger.open(path) as old:
        whole = {one.number: one for one in old.entries()}
    raw = path.read_bytes()
    path.write_bytes(raw[: page * 4096] + bytes(4096) + raw[(page + 1) * 4096 :])
    first = Accepted(b"stand-in", "policy", "o", kind="policy")
    found = copy_ledger(path, tmp_path / "new", NEW, KEY.verifier, first)
    with Ledger.open(tmp_path / "new") as new:
        for one in new.entries():
            if one.number not in found.lost:
                assert one == whole[one.number]
            elif one.number > 1:
                assert one.fields["media"] == LOST
        assert new.size == found.size
    verdict = verify(tmp_path / "new", NEW.verifier)
    assert verdict.is_sound, verdict.problem


def test_entries_that_were_altered_or_robbed_are_lost_and_the_erased_stay_erased(tmp_path: Path) -> None:
    """A payload changed, a payload gone without an act: lost. One with an act: copied, erased."""
    path = tmp_path / "old"
    fill(path)
    with Ledger.open(path, KEY) as ledger:
        ledger.append(
            [Accepted(act_on(ledger, 6, 7).to_json(), "erasure", "o", kind="erasure")], BEGAN.replace(year=2025)
        )
        ledger.erase(6)
    with sqlite3.connect(path) as store:
        store.execute("UPDATE entry SET payload = x'00' WHERE number = 2")
        store.execute("UPDATE entry SET payload = NULL WHERE number = 3")
        store.execute("UPDATE entry SET header = CAST(header || ' ' AS BLOB) WHERE number = 9")
    store.close()
    found = copy_ledger(path, tmp_path / "new", NEW, KEY.verifier, None)
    assert found.lost == [2, 3, 9]
    assert found.proved_to == SIZE + 1, "a full tile names the leaves of what is lost"
    with Ledger.open(tmp_path / "new") as new:
        assert [one.number for one in new.entries() if one.is_erased] == [6, 7]
    assert verify(tmp_path / "new", NEW.verifier).is_sound


def test_without_its_first_entry_a_ledger_is_not_copied(tmp_path: Path) -> None:
    """Entry 1, the first policy, must be there or be supplied."""
    path = tmp_path / "old"
    fill(path, GROUPS[:2])
    with sqlite3.connect(path) as store:
        store.execute("DELETE FROM entry WHERE number = 1")
    store.close()
    with pytest.raises(LookupError):
        copy_ledger(path, tmp_path / "new", NEW, KEY.verifier, None)
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(LookupError):
        copy_ledger(tmp_path / "empty", tmp_path / "other", NEW, KEY.verifier, None)
