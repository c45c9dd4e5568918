"""The law of the one transaction: what fails before or at the seal is nowhere, and a rule sleeps with the entry that broke it."""

from pathlib import Path
from typing import Any

import pytest

from comptroller.evaluation import Evaluation
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import RuleBroken
from comptroller.store.sqlite import StoreDown
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, dump, said, small_node, tell


def test_a_seal_that_fails_takes_the_books_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the ledger cannot be written, books, findings and memory are as before, and the report may come again."""
    node = small_node(tmp_path / "n")
    before = dump(node)

    def down(*_: Any) -> Any:
        raise StoreDown("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append", down)
        with pytest.raises(StoreDown):
            node.take([said("payment", pay("P1"))], AT)
        with pytest.raises(StoreDown):
            node.tick(AT, AT)
    assert dump(node) == before
    assert node.evaluation.findings.rules() == []
    tell(node, [("payment", pay("P1"))])
    node.close()


def test_a_rule_sleeps_with_the_entry_that_broke_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the seal then fails, the rule is awake; where it holds, the rule sleeps from that entry on."""
    node = small_node(tmp_path / "n")
    name = "small/rules/pay/undecided"
    run = Evaluation._run

    def broken(evaluation: Evaluation, rule: Any, *more: Any) -> Any:
        if rule.name == name:
            raise RuleBroken(rule.name, rule.fingerprint, "fails")
        return run(evaluation, rule, *more)

    def down(*_: Any) -> Any:
        raise StoreDown("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(Evaluation, "_run", broken)
        with monkeypatch.context() as more:
            more.setattr(Ledger, "append", down)
            with pytest.raises(StoreDown):
                node.take([said("payment", pay("P1"))], AT)
        assert node.evaluation.suspended == {}
        assert node.duck.rows("SELECT * FROM suspended_rule") == []
        tell(node, [("payment", pay("P1"))])
    assert node.duck.rows("SELECT rule, known FROM suspended_rule") == [(name, node.ledger.size)]
    assert list(node.evaluation.suspended) == [name]
    node.close()
