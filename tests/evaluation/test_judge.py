"""A rule judges what its time in force covers, over everything or over what is due, with the same answer."""

import datetime as dt
from dataclasses import replace

from tests.laws.worlds import World, pack

PAID = {"entity": "A", "payment": "P1", "amount": "2000", "matter": "M1", "payee": "S"}
RULE = "small/rules/pay/undecided"


def test_a_rule_judges_from_its_first_day_to_its_last():
    """What happened before a rule was in force, or after, is not found; the first day is in, the last is out."""
    world = World.new(pack("small"))
    rule = replace(pack("small").rules[RULE], valid_from=dt.date(2024, 3, 1), valid_until=dt.date(2024, 4, 1))
    world.evaluation._set(replace(pack("small"), rules={RULE: rule}))
    for number, day in enumerate(("2024-02-29", "2024-03-01", "2024-03-31", "2024-04-01")):
        world.say([("payment", {**PAID, "payment": f"P{number}", "paid_on": day})])
    payments = [v.subject[1] for v in world.evaluation.findings.standing(RULE)]
    assert payments == ["P1", "P2"]
    assert world.evaluation.judge_all(world.said) == []


def test_a_removed_rule_has_no_findings():
    """A pack without the rule clears the rule's findings; a pack with it raises them again."""
    world = World.new(pack("small"))
    world.say([("payment", {**PAID, "paid_on": "2024-03-01"})])
    less = replace(pack("small"), rules={n: r for n, r in pack("small").rules.items() if n != RULE})
    assert [t.state for t in world.evaluation.adopt(less, world.said + 1)] == ["cleared"]
    assert [t.state for t in world.evaluation.adopt(pack("small"), world.said + 2)] == ["raised"]


def test_judging_one_rule_leaves_the_others():
    """Some rules may be judged over everything without the rest."""
    world = World.new(pack("small"))
    world.say([("payment", {**PAID, "paid_on": "2024-03-01"})], judged=False)
    world.evaluation = type(world.evaluation)(world.duck, pack("small"))
    assert world.evaluation.judge_all(world.said, rules=["small/rules/pay/twice"]) == []
    assert [t.verdict.rule for t in world.evaluation.judge_all(world.said)] == [RULE]
