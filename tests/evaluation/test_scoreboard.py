"""Every count is honest: what is judged is found or clear, and each subject is counted once."""

from hypothesis import given, settings

from comptroller.evaluation import history
from comptroller.evaluation.findings import Findings
from comptroller.evaluation.scoreboard import scoreboard
from tests.laws.worlds import World, facts, pack


@settings(max_examples=5)
@given(facts(14, of="small"))
def test_counts_add_up(rows):
    """After any facts: judged is found and clear together, the four answers make all subjects, reasons make the not judged."""
    world = World.new(pack("small"))
    world.say(rows)
    for score in scoreboard(world.duck, pack("small"), world.evaluation.findings):
        rule = pack("small").rules[score.rule]
        listed = ", ".join(f'"{c}"' for c in rule.subject)
        (subjects,) = world.duck.rows(f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM {rule.judges})")[0]
        assert score.judged == score.found + score.clear, score
        assert score.judged + score.not_applicable + score.not_judged == subjects, score
        assert sum(score.why.values()) == score.not_judged, score
        assert min(score.found, score.clear, score.not_applicable, score.not_judged) >= 0, score


def test_what_is_missing_is_never_found():
    """A payment without its day is not judged because of the day, no matter what else is wrong with it."""
    world = World.new(pack("small"))
    world.say([("payment", {"entity": "A", "payment": "P1", "amount": "9000", "matter": "M1"})])
    (score,) = scoreboard(world.duck, pack("small"), world.evaluation.findings, ["small/rules/pay/undecided"])
    assert score.as_json() == {
        "judged": 0,
        "found": 0,
        "clear": 0,
        "not_applicable": 0,
        "not_judged": 1,
        "why": {"paid_on": 1},
        "excluded": {},
        "asleep": "",
    }


def test_what_a_rule_leaves_out_is_counted_by_its_reason():
    """What another table leaves out is not applicable, neither found nor clear, and becomes a finding when that ends."""
    world = World.new(pack("small"))
    line = {"entity": "A", "list": "free_items", "item": "S", "valid_from": "2024-01-01"}
    world.say([("list_line", line)])
    paid = {"entity": "A", "payment": "P1", "payee": "S", "amount": "9000", "matter": "M1", "paid_on": "2024-03-01"}
    world.say([("payment", paid)])

    def counted():
        (score,) = scoreboard(world.duck, pack("small"), world.evaluation.findings, ["small/rules/pay/undecided"])
        states = [v.state for v in history.findings(world.duck, rule="undecided", state="all")]
        return (score.judged, score.found, score.not_applicable, score.not_judged, score.excluded, states)

    assert counted() == (0, 0, 1, 0, {"free_items": 1}, ["not_applicable"])
    world.say([("list_line", line | {"act": "retract"})])
    assert counted() == (1, 1, 0, 0, {}, ["raised"])
    world.say([("list_line", line)])
    assert counted() == (0, 0, 1, 0, {"free_items": 1}, ["not_applicable"])
    assert Findings(world.duck).standing("small/rules/pay/undecided")[0].answer == "not_applicable"
