"""The law of faults: if anything breaks during folding, the ledger's entries are folded once, before anything else."""

import datetime as dt
from pathlib import Path

import pytest

from comptroller import engine
from comptroller.engine import Engine
from comptroller.model.refusal import Refused
from comptroller.store.duck import SqlError
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, changed, dump, said, small_node, tell

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def _whole(node: Engine, folder: Path) -> None:
    """Compare the node's books, its memory of them and its findings with a rebuild."""
    before = dump(node)
    stands = {rule: node.evaluation.findings.standing(rule) for rule in node.pack.rules}
    node.close()
    again = engine.rebuild(folder)
    assert dump(again) == before
    assert {rule: again.evaluation.findings.standing(rule) for rule in again.pack.rules} == stands
    again.close()


@pytest.mark.parametrize("table", ["finding", "gone_payment", "last_report", "position"])
def test_a_table_that_is_away_for_a_while(tmp_path: Path, table: str) -> None:
    """A batch that fails at any table is not sealed, and no report is blamed; sent again, it is accepted as new."""
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))])
    size = node.ledger.size
    node.duck.execute(f"ALTER TABLE {table} RENAME TO away")
    batch = [said("payment", pay("P2"), pay("P3", matter="M2")), said("payment", pay("P1", amount=3000, act="correct"))]
    with pytest.raises(SqlError):
        node.take(batch, AT)
    with pytest.raises((SqlError, Refused)):
        node.take([said("payment", pay("P4"))], AT)
    assert node.ledger.size == size, "what could not be folded is not in the ledger"
    node.duck.execute(f"ALTER TABLE away RENAME TO {table}")
    assert node.take(batch, AT).refused == {}
    taken = node.take([said("payment", pay("P2", amount=1, act="correct")), said("payment", pay("P5"))], AT)
    assert taken.refused == {}
    amounts = dict(node.duck.rows("SELECT payment, amount FROM payment"))
    assert amounts == {"P1": 3000, "P2": 1, "P3": 2000, "P5": 2000}
    _whole(node, tmp_path / "n")


def test_a_policy_that_could_not_be_folded_was_not_adopted(tmp_path: Path) -> None:
    """A policy is judged before it is an entry: where that fails, the one before goes on, and it may be adopted again."""
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P0"))])
    size, digest = node.ledger.size, node.pack.digest
    node.duck.execute("ALTER TABLE finding RENAME TO away")
    files = changed("params/large_cny.yml", "value: 1000", "value: 3000")
    with pytest.raises(SqlError):
        node.adopt(files, "small", AT)
    node.duck.execute("ALTER TABLE away RENAME TO finding")
    tell(node, [("payment", pay("P1"))])
    assert (node.ledger.size, node.pack.digest) == (size + 1, digest)
    node.adopt(files, "small", AT)
    assert not any(v.subject == ("B", "P1") for v in node.evaluation.findings.standing("small/rules/pay/undecided"))
    _whole(node, tmp_path / "n")


def test_a_store_that_is_gone_takes_nothing_more(tmp_path: Path) -> None:
    """With the books' connection closed nothing is accepted and nothing is acknowledged; opened again, the node
    is complete.
    """
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))])
    node.duck.close()
    size = node.ledger.size
    for _ in range(2):
        with pytest.raises(SqlError):
            node.take([said("payment", pay("P2"))], AT)
    assert node.ledger.size <= size + 1
    node.close()
    again = engine.open_node(tmp_path / "n")
    assert again.books.entries == again.ledger.size
    _whole(again, tmp_path / "n")


def test_an_instant_may_have_any_offset_and_must_have_one(tmp_path: Path) -> None:
    """The ledger has instants in UTC for any offset; one without an offset is rejected, and leaves nothing."""
    node = small_node(tmp_path / "n")
    at = dt.datetime(2024, 6, 2, 8, tzinfo=SHANGHAI)
    (entry,) = node.take([said("payment", pay("P1"))], at).entries.values()
    assert node.ledger.entry(entry).received_at == at
    node.tick(at, at)
    assert node.duck.rows("SELECT now FROM clock") == [(at.astimezone(node.books.zone).replace(tzinfo=None),)]
    size, naive = node.ledger.size, at.replace(tzinfo=None)
    for act in (
        lambda: node.take([said("payment", pay("P2"))], naive),
        lambda: node.tick(naive, at),
        lambda: node.tick(at, naive),
    ):
        with pytest.raises(ValueError, match="offset"):
            act()
    assert node.ledger.size == size
    _whole(node, tmp_path / "n")
