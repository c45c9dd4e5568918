"""A node is not stopped by what it has accepted: every entry of its ledger can be folded and judged."""

from pathlib import Path

from comptroller import engine
from comptroller.evaluation.scoreboard import scoreboard
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, changed, codes, said, small_node, tell


def test_days_at_the_ends_of_the_calendar_do_not_stop_a_node(tmp_path: Path) -> None:
    """The first and the last day are accepted and judged; a year outside the calendar is rejected."""
    node = small_node(tmp_path / "n")
    days = ("0001-01-01", "9999-12-31")
    for at, day in enumerate(days):
        tell(node, [("payment", pay(f"P{at}{i}", paid_on=day)) for i in range(2)])
    wrong = [{"paid_on": "0000-12-31"}, {"paid_at": "0001-01-01T00:00:00+14:00"}, {"paid_at": "9999-12-31T20:00:00Z"}]
    taken = node.take([said("payment", pay(f"X{i}", **one)) for i, one in enumerate(wrong)], AT)
    assert codes(taken) == {0: ["intake.shape.day"], 1: ["intake.shape.instant"], 2: ["intake.shape.instant"]}
    node.close()
    engine.rebuild(tmp_path / "n").close()


def test_a_rule_that_fails_on_a_fact_does_not_stop_the_node(tmp_path: Path) -> None:
    """Under a policy with a rule that fails on some value, reports are accepted, the rule is listed, and the
    node opens again.
    """
    node = small_node(tmp_path / "n")
    cast = "CAST(min(q.maker) AS INTEGER) AS earlier"
    node.adopt(changed("rules/pay/twice.sql", "count(*) AS earlier", cast), "small", AT)
    tell(node, [("payment", pay(one, maker="a name")) for one in ("P1", "P2")])
    node.close()
    node = engine.open_node(tmp_path / "n")
    rules = ["small/rules/pay/twice", "small/rules/pay/undecided"]
    scores = scoreboard(node.duck, node.pack, node.evaluation.findings, rules)
    assert [bool(score.as_json()["asleep"]) for score in scores] == [True, False]
    node.close()
