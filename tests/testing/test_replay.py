"""History under another pack: what would appear, vanish and change; the node stays as it is."""

from comptroller.packs import read_pack
from comptroller.testing import compare
from tests.packs_small.small import changed, dump, small_node, tell


def test_another_pack_is_compared_and_leaves_no_trace(tmp_path):
    """A higher limit makes a finding vanish, a lower one makes another appear, and every table is unchanged."""
    node = small_node(tmp_path / "n")
    for number, amount in (("P1", 1100), ("P2", 900)):
        tell(
            node,
            [
                (
                    "payment",
                    {"entity": "A", "payment": number, "amount": amount, "matter": number, "paid_on": "2024-03-01"},
                )
            ],
        )
    before = dump(node)
    for line, appear, vanish, change in ((1500, [], ["P1"], 0), (800, ["P2"], [], 1), (1000, [], [], 0)):
        other = read_pack(changed("params/large_cny.yml", "value: 1000", f"value: {line}"), "small")
        difference = compare(node.duck, node.books, other, node.evaluation.findings)
        assert [v.subject[1] for v in difference.appear] == appear
        assert [v.subject[1] for v in difference.vanish] == vanish
        assert len(difference.change) == change
        assert [rule for rule, *_ in difference.by_rule()] == (
            ["small/rules/pay/undecided"] if appear or vanish or change else []
        )
    assert dump(node) == before
    tell(node, [("payment", {"entity": "A", "payment": "P3", "amount": 1100, "matter": "P3", "paid_on": "2024-03-01"})])
    assert len(node.evaluation.findings.standing("small/rules/pay/undecided")) == 2
    node.close()
