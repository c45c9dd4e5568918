"""A policy is adopted as a whole, as an entry: recorded facts can be folded under it, or it is rejected."""

from pathlib import Path

import pytest

from comptroller import engine
from comptroller.evaluation import history
from comptroller.evaluation.explain import explain
from comptroller.model.refusal import BrokenPack
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, changed, dump, small_files, small_node, tell


def test_a_policy_that_cannot_be_run_is_not_adopted(tmp_path: Path) -> None:
    """A rule that the database rejects, and a field of another type, are rejected before they are an entry,
    each time.
    """
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1", payee="S"))])
    size, before = node.ledger.size, dump(node)
    for files, code in (
        (changed("rules/pay/twice.sql", "count(*)", "nosuchfunction(1)"), "packs.sql.function"),
        (changed("rules/pay/twice.sql", "count(*)", "nosuchfunction(1)"), "packs.sql.function"),
        (changed("kinds/payment.yml", "payee: {type: text", "payee: {type: integer"), "adopt.type"),
    ):
        with pytest.raises(BrokenPack) as refused:
            node.adopt(files, "small", AT)
        assert [one.code for one in refused.value.refusals] == [code]
    assert (node.ledger.size, dump(node)) == (size, before)
    tell(node, [("payment", pay("P2"))])
    node.close()


def test_an_adopted_pack_widens_a_table(tmp_path: Path) -> None:
    """A new field of the policy is a new column; earlier facts are empty in it."""
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))])
    files = changed("kinds/payment.yml", "  maker:", "  colour: {type: text, zh: 颜色, en: Colour}\n  maker:")
    node.adopt(files, "small", AT)
    tell(node, [("payment", pay("P2", colour="red"))])
    assert node.duck.rows("SELECT payment, colour FROM payment ORDER BY 1") == [("P1", None), ("P2", "red")]
    before = dump(node)
    node.close()
    again = engine.rebuild(tmp_path / "n")
    assert dump(again) == before
    again.close()


def test_a_finding_is_explained_by_the_policy_it_was_found_under(tmp_path: Path) -> None:
    """A clause that is renumbered later, or a rule that goes, does not change what an earlier finding rested on."""
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))])
    (finding,) = history.findings(node.duck, rule="undecided")

    def articles() -> tuple[list[str], bool]:
        explanation = explain(node.duck, node.pack, finding.finding, policy_of=node.policy_of)
        assert explanation is not None
        assert explanation.rule is not None
        return [source["article"] for source in explanation.sources], explanation.is_same_text

    assert articles() == (["1"], True)
    files = changed(
        "rules/pay/undecided.yml", 'cites: [{source: small_law, article: "1"}]', "cites: [{source: small_law}]"
    )
    assert node.adopt(files, "small", AT) == []
    assert articles() == (["1"], False)
    node.adopt({path: text for path, text in files.items() if "/undecided" not in path}, "small", AT)
    assert history.versions(node.duck, finding.finding)[-1].state == "cleared"
    assert articles() == (["1"], False)
    node.adopt(small_files(), "small", AT)
    assert articles() == (["1"], True)
    node.close()
    again = engine.rebuild(tmp_path / "n")
    assert [again.policy_of(v.pack, v.known).digest for v in history.versions(again.duck, finding.finding)] == [
        v.pack for v in history.versions(again.duck, finding.finding)
    ]
    again.close()


def test_a_rule_that_is_gone_is_cleared(tmp_path: Path) -> None:
    """Under a policy without the rule its findings are cleared, and come back with it."""
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))])
    less = {path: text for path, text in small_files().items() if "/undecided" not in path}
    turns = node.adopt(less, "small", AT)
    assert [(t.state, t.verdict.rule) for t in turns] == [("cleared", "small/rules/pay/undecided")]
    turns = node.adopt(small_files(), "small", AT)
    assert [(t.state, t.verdict.rule) for t in turns] == [("raised", "small/rules/pay/undecided")]
    node.close()
