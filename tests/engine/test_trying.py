"""A report that is tried out shows what accepting it would do, and leaves ledger, books and findings as they are."""

from pathlib import Path

from tests.packs_small.small import AT, codes, dump, said, small_node

PAID = {"entity": "A", "payment": "P1", "amount": 5000, "payee": "B", "paid_on": "2024-03-01"}


def test_a_tried_report_leaves_nothing(tmp_path: Path) -> None:
    """Ledger and books are as before, and accepting it then does what was shown."""
    node = small_node(tmp_path / "n")
    before, size = dump(node), node.ledger.size
    report = said("payment", PAID, {**PAID, "payment": "P2"})
    tried = node.try_out(report, AT)
    assert (tried.entries, tried.refused) == ({}, {})
    assert (node.ledger.size, dump(node)) == (size, before)
    taken = node.take([report], AT)
    assert taken.entries == {0: size + 1}
    shown = [(turn.state, turn.verdict.rule, turn.verdict.subject) for turn in tried.turns]
    assert shown == [(turn.state, turn.verdict.rule, turn.verdict.subject) for turn in taken.turns]
    assert shown, "the payments change findings"
    assert tried.echo(0) == taken.echo(0)
    node.close()


def test_a_tried_report_is_rejected_as_a_real_one(tmp_path: Path) -> None:
    """Each refusal is the one that reporting gives, and nothing is read into the books."""
    node = small_node(tmp_path / "n")
    for wrong in (said("payment", {"entity": "A"}), said("payment", {**PAID, "entity": "NONE"}), said("nothing", PAID)):
        before = dump(node)
        tried = node.try_out(wrong, AT)
        assert codes(tried)[0]
        assert dump(node) == before
        assert codes(node.take([wrong], AT)) == codes(tried)
    node.close()
