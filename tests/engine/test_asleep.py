"""The law of rules that fail: they are suspended, the node continues, and they accuse no one."""

import datetime as dt
from pathlib import Path

from comptroller import engine
from comptroller.evaluation.scoreboard import scoreboard
from comptroller.ledger.key import make_key
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files

PACKS = Path(__file__).parents[2] / "packs"
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
RULE = "base/rules/procedure/fragile"
_YML = """# A payment whose note is the number seven.
title: {zh: 示例, en: Fragile}
why: {zh: 示例, en: An example}
cites: [{source: internal_control}]
in_force: {from: 2000-01-01}
kind: signal
severity: low
domain: decisions
judges: payment
docket: [entity, payment]
reads: [payment]
route: {lead: investor}
lawful: {zh: 无, en: None}
examples:
  - name: {zh: 发现, en: Found}
    shows: found
    given: {payment: [{entity: A, payment: P, note: "7"}]}
    gives: {found: [[A, P]]}
  - name: {zh: 无, en: Clear}
    shows: clear
    given: {payment: [{entity: A, payment: P, note: "8"}]}
    gives: {clear: [[A, P]]}
"""
_SQL = "-- Fails on a note that is no number.\nSELECT entity, payment, paid_on AS since, [fact] AS entries FROM judged WHERE CAST(note AS INTEGER) = 7\n"


def _files(sql: str) -> dict[str, bytes]:
    return {**gather_files([PACKS], "base"), f"{RULE}.yml": _YML.encode(), f"{RULE}.sql": sql.encode()}


def _say(node: engine.Engine, text: str) -> engine.Taken:
    return node.take([Report(text.encode(), "json", "r.json", "O")], AT)


def _pay(number: str, note: str) -> str:
    fact = f'{{"entity": "A", "payment": "{number}", "amount": 1, "currency": "CNY", "matter": "M", "note": "{note}", "paid_at": "2024-05-01T10:00:00"}}'
    return f'{{"facts": {{"payment": [{fact}]}}}}'


def test_a_rule_that_fails_sleeps_and_the_line_goes_on(tmp_path: Path) -> None:
    """A report that makes a rule fail is accepted and judged by the others; the rule is suspended until its
    text changes.
    """
    key = make_key("example.org/o", bytes(32))
    node = engine.create(tmp_path / "n", _files(_SQL), Charter("O", "example.org/o", "base"), key=key, at=AT)
    _say(node, '{"facts": {"entity": [{"entity": "A", "name": "A"}]}}')
    _say(node, _pay("P1", "7"))
    taken = _say(node, _pay("P2", "seven"))
    assert taken.entries == {0: 4}
    assert RULE in node.evaluation.suspended
    held = {v.subject for v in node.evaluation.findings.standing(RULE)}
    assert held == {("A", "P1")}, "what stood by the rule stands, and nothing is added"
    assert node.evaluation.findings.standing("base/rules/procedure/acted_before_approval")
    score = scoreboard(node.duck, node.pack, node.evaluation.findings, [RULE])[0]
    assert score.asleep.startswith("Conversion Error")
    assert "seven" not in score.asleep, "a fault never shows a value"
    node.close()

    again = engine.rebuild(tmp_path / "n")
    assert RULE in again.evaluation.suspended
    again.adopt(_files(_SQL.replace("CAST(", "TRY_CAST(")), "base", AT)
    assert RULE not in again.evaluation.suspended
    _say(again, _pay("P3", "7"))
    assert {v.subject for v in again.evaluation.findings.standing(RULE)} == {("A", "P1"), ("A", "P3")}
    again.close()
