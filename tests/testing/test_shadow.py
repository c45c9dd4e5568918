"""A shadow policy reports at each entry the result of adopting it, and leaves no trace."""

import shutil

import pytest

from comptroller import node
from comptroller.ledger.ledger import Ledger
from comptroller.packs import read_pack
from comptroller.store.duck import DuckDb
from comptroller.testing import compare
from comptroller.testing.shadow import Shadow, beside, rows, standing
from tests.packs_small.small import changed, dump, small_node, tell

RULE = "small/rules/pay/undecided"


def pay(worker, number, amount):
    fact = {"entity": "A", "payment": number, "amount": amount, "matter": number, "paid_on": "2024-03-01"}
    tell(worker, [("payment", fact)])


def shadow_of(worker, folder, copied, value):
    """Return a shadow over a copy of the books."""
    other = read_pack(changed("params/large_cny.yml", "value: 1000", f"value: {value}"), "small")
    worker.duck.execute("CHECKPOINT")
    copied.mkdir()
    shutil.copyfile(folder / node.BOOKS, copied / node.BOOKS)
    ledger = Ledger.open(folder / node.LEDGER, readonly=True)
    return Shadow(ledger, DuckDb(copied / node.BOOKS), worker.charter, other), other


@pytest.mark.parametrize("value", [800, 1500])
def test_a_shadow_follows_and_says_what_adopting_would_have_given(tmp_path, value):
    """After each report the difference equals a full replay of history; differences since the start are separate."""
    worker = small_node(tmp_path / "n")
    pay(worker, "P1", 1100)
    pay(worker, "P2", 900)
    shadow, other = shadow_of(worker, tmp_path / "n", tmp_path / "copy", value)
    assert shadow.began == worker.ledger.size
    sort = "appear" if value == 800 else "vanish"
    for count, (number, amount) in enumerate((("P3", 850), ("P4", 1200), ("P5", 950)), 1):
        pay(worker, number, amount)
        before = dump(worker)
        shadow.follow(worker.books.entries)
        difference = beside(standing(worker.duck), shadow.standing(), worker.books.entries, shadow.began)
        replayed = compare(worker.duck, worker.books, other, worker.evaluation.findings)
        assert difference.findings["appear"] == sorted(
            difference.findings["appear"], key=difference.findings["appear"].index
        )
        assert set(difference.findings["appear"]) == {v.finding for v in replayed.appear}
        assert set(difference.findings["vanish"]) == {v.finding for v in replayed.vanish}
        assert set(difference.findings["change"]) == {b.finding for _, b in replayed.change}
        assert dump(worker) == before
        wanted = {800: (0, 1, 1, 2), 1500: (0, 0, 1, 1)}[value][count]
        assert difference.since[sort].get(RULE, 0) == wanted
        assert difference.counts[sort][RULE] == wanted + 1
    books = shadow.duck if sort == "appear" else worker.duck
    assert [row["rule"] for row in rows(books, difference.findings[sort])] == [RULE] * difference.counts[sort][RULE]
    shadow.close()
    worker.close()


def test_a_shadow_stays_at_the_entry_it_is_asked_for(tmp_path):
    """What came after that entry is not folded yet, so that both are compared at one entry."""
    worker = small_node(tmp_path / "n")
    pay(worker, "P1", 900)
    shadow, _ = shadow_of(worker, tmp_path / "n", tmp_path / "copy", 800)
    pay(worker, "P2", 900)
    at = worker.books.entries
    pay(worker, "P3", 900)
    shadow.follow(at)
    assert shadow.books.entries == at
    assert len(shadow.standing()) == 2
    shadow.follow(worker.books.entries)
    assert len(shadow.standing()) == 3
    shadow.close()
    worker.close()
