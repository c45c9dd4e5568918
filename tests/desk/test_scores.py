"""Scores within reach: what a viewer sees adds up, and the whole is what the scoreboard of the node says."""

from comptroller.desk.scores import open_by_rule, score_of
from comptroller.watch.scoreboard import scoreboard
from tests.desk.visits import visit_for

RULE = "base/rules/payments/duplicate"


def test_a_score_is_within_reach(desk):
    """The owner's supervisor sees the node's own count; a group's its own part of it."""
    rule = desk.pack.rules[RULE]
    whole = desk.writer.do(lambda w: scoreboard(w.duck, w.pack, w.watch.findings, [RULE])).result(30)[0]
    mine = score_of(visit_for(desk, "supervisor"), rule)
    part = score_of(visit_for(desk, "group"), rule)
    assert mine.as_json() == whole.as_json() | {"asleep": ""}
    assert (mine.found, part.found) == (5, 3)
    assert part.judged < mine.judged
    assert open_by_rule(visit_for(desk, "group"))[RULE] == (3, 0)
    assert score_of(visit_for(desk, "administrator"), rule).judged == 0
