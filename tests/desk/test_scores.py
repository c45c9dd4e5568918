"""Scores within reach: what a viewer sees adds up, and the whole is what the scoreboard of the node says."""

from comptroller.desk.scores import Outcome, open_by_rule, outcome_of, score_of
from comptroller.watch.scoreboard import scoreboard
from tests.desk.visits import visit_for
from tests.desks import sign_in

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


def test_outcomes_are_told_to_everybody_who_sees(cases):
    """How a rule's findings came out is the same for all; nothing is said where none was in a case, or none is decided."""
    name = cases.duck.rows("SELECT rule FROM case_now")[0][0]
    told = {login: outcome_of(visit_for(cases, login), cases.pack.rules[name]) for login in ("over", "group", "firm")}
    assert set(told.values()) == {Outcome(1, 1, 0, 0, 0, 0, 0)}
    assert told["over"].precision_pct is None
    assert Outcome(4, 0, 3, 1, 0, 0, 1).precision_pct == 75
    other = next(n for n in cases.pack.rules if n != name)
    assert outcome_of(visit_for(cases, "over"), cases.pack.rules[other]) is None


def test_the_page_of_a_rule_shows_its_outcomes(cases):
    """Everybody who sees the rule's page sees how its findings came out."""
    name = cases.duck.rows("SELECT rule FROM case_now")[0][0]
    assert "How its findings came out" in sign_in(cases, "firm").get(f"/policy/{name}").text
