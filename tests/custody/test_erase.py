"""Laws of erasing: two officers, an entry, the bytes gone from every file, and a node that equals its rebuild."""

import datetime as dt
from pathlib import Path

import pytest

from comptroller import engine, node
from comptroller.custody.erase import Order, copies_of, erase, person
from comptroller.engine import Engine
from comptroller.ledger.acts import ERASURE
from comptroller.ledger.entry import Accepted
from comptroller.ledger.verify import verify
from comptroller.model.refusal import Refused
from tests.engine.test_engine import live, pay
from tests.ledger.test_acts import act_on
from tests.packs_small.small import AT, dump, key, small_node, tell

ORDER = Order("Li Wei", "Wang Fang", "The person asked for it.", "Source X, art. 47")
LATER = AT + dt.timedelta(days=30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a node with a little history, closed."""
    made = small_node(tmp_path / "n")
    tell(made, [("payment", pay("SECRET-1", payee="Somebody-Named"))])
    live(made)
    made.close()
    return tmp_path / "n"


def check(node_: Engine, folder: Path, erased: tuple[int, ...]) -> None:
    """Compare a node with its rebuild, its ledger with its acts, and its files with the erased words."""
    before = dump(node_)
    node_.close()
    again = engine.rebuild(folder)
    assert dump(again) == before
    again.close()
    verdict = verify(folder / node.LEDGER, key().verifier)
    assert (verdict.problem, verdict.erased) == (None, erased)
    for path in folder.iterdir():
        assert b"Somebody-Named" not in path.read_bytes(), path.name


def test_an_erasure_is_an_entry_and_leaves_nothing_behind(folder: Path) -> None:
    """Payload, facts and findings of the erased entry are gone from ledger and books; the act names who, why and law."""
    assert any(b"Somebody-Named" in path.read_bytes() for path in folder.iterdir())
    size = verify(folder / node.LEDGER, key().verifier).entry_count
    worker = erase(folder, [4, 4], ORDER, LATER)
    entry = worker.ledger.entry(size + 1)
    assert entry.fields["media"] == ERASURE
    assert entry.payload is not None
    assert b"Li Wei" in entry.payload
    assert b"art. 47" in entry.payload
    assert worker.duck.rows("SELECT 1 FROM all_payment WHERE payment = 'SECRET-1'") == []
    tell(worker, [("payment", pay("P9"))], days=31)
    check(worker, folder, (4,))
    check(erase(folder, [5, 6], ORDER, LATER), folder, (4, 5, 6))


@pytest.mark.parametrize("step", ["entry", "removal"])
def test_a_crash_on_the_way_is_finished_on_opening(folder: Path, step: str) -> None:
    """After the act's entry alone, and after the removal with the old books: opening finishes both."""
    stores = node.open_ledger(folder, None)
    act = act_on(stores.ledger, 4)
    stores.ledger.append([Accepted(act.to_json(), ERASURE, "O", kind=ERASURE)], LATER)
    if step == "removal":
        node.finish_erasure(stores.ledger)
    stores.close()
    assert verify(folder / node.LEDGER, key().verifier).is_sound == (step == "removal")
    check(engine.open_node(folder), folder, (4,))


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (Order("Li", "Li", "r", "l"), "erase.second"),
        (Order("Li Wei", " ｌＩ\u200bｗｅｉ ", "r", "l"), "erase.second"),
        (Order("", "Wang", "r", "l"), "erase.order"),
        (Order("Li", "\u200b", "r", "l"), "erase.order"),
        (Order("Li", "Wang", " ", "l"), "erase.order"),
        (Order("Li", "Wang", "r", ""), "erase.order"),
        (Order("Li", "Wang", "r" * 2001, "l"), "erase.order"),
    ],
)
def test_an_order_that_lacks_something_changes_nothing(folder: Path, order: Order, code: str) -> None:
    """One officer under two spellings, no reason, no law: rejected, with no byte changed."""
    before = (folder / node.LEDGER).read_bytes()
    with pytest.raises(Refused) as refused:
        erase(folder, [4], order, LATER)
    assert code in [one.code for one in refused.value.refusals]
    assert (folder / node.LEDGER).read_bytes() == before


def test_only_reports_that_are_there_are_erased(folder: Path) -> None:
    """No number, unknown numbers, the policy, a tick, an act and erased entries are rejected, all at once."""
    erase(folder, [4], ORDER, LATER).close()
    size = verify(folder / node.LEDGER, key().verifier).entry_count
    for numbers, code in (
        ([], "number"),
        ([0], "number"),
        ([size + 1], "number"),
        ([1], "kind"),
        ([size], "kind"),
        ([4], "erased"),
    ):
        with pytest.raises(Refused) as refused:
            erase(folder, [5, *numbers] if numbers else [], ORDER, LATER)
        assert [one.code for one in refused.value.refusals] == [f"erase.{code}"]
    worker = engine.open_node(folder)
    ticks = [one.number for one in worker.ledger.entries() if one.fields["media"] == "tick"]
    assert not worker.ledger.entry(5).is_erased
    worker.close()
    with pytest.raises(Refused):
        erase(folder, ticks, ORDER, LATER)


def test_copies_of_a_payload_are_said(folder: Path) -> None:
    """The same bytes under another number are named, so that they are not forgotten."""
    worker = engine.open_node(folder)
    first = worker.ledger.entry(4)
    worker.ledger.append([Accepted(first.payload or b"", "json", "O", kind="payment")], LATER)
    assert copies_of(worker.ledger, [4]) == [worker.ledger.size]
    assert copies_of(worker.ledger, [4, worker.ledger.size]) == []
    worker.close()
    assert person("Ａ b") == person("aB")
