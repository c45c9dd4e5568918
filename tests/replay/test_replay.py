"""The law of replaying: batches of the ledger's own acts change nothing, and what is accepted stays accepted."""

from pathlib import Path

from comptroller import engine
from tests.engine.test_engine import pay
from tests.engine.test_unfoldable import seal
from tests.packs_small.small import AT, changed, dump, said, small_node


def test_what_an_older_version_accepted_is_folded_though_it_is_out_of_bounds(tmp_path: Path) -> None:
    """Bounds hold for what comes: a value that the ledger holds, and that can be folded, stays in the books."""
    node = small_node(tmp_path / "n")
    seal(node, said("payment", pay("P1", lines=5 * 10**9, paid_at="1850-01-01T10:00:00")))
    node.close()
    node = engine.open_node(tmp_path / "n")
    assert node.duck.rows("SELECT lines, year(paid_at) FROM payment") == [(5 * 10**9, 1850)]
    before = dump(node)
    node.close()
    again = engine.rebuild(tmp_path / "n")
    assert dump(again) == before
    again.close()


def test_policies_are_found_by_digest(tmp_path: Path) -> None:
    """The policy that a finding names is read from the entry that adopted it."""
    node = small_node(tmp_path / "n")
    first = node.pack.digest

    node.adopt(changed("params/large_cny.yml", "value: 1000", "value: 1500"), "small", AT)
    assert node.policy_of(first, 1).digest == first != node.pack.digest
    node.close()
