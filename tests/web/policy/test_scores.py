"""Scores within scope: a viewer's counts add up, and the total equals the node's scoreboard."""

from dataclasses import replace

from comptroller.cases.queries import counts_in
from comptroller.evaluation.scoreboard import scoreboard
from comptroller.web.policy.scores import RuleOutcome, open_by_rule, outcome_of, score_of
from tests.case_consoles import open_case_desk
from tests.cases.event_facts import step
from tests.consoles import sign_in
from tests.web.visits import visit_for
from tests.worlds import report

RULE = "base/rules/payments/duplicate"


def test_a_score_is_within_reach(server):
    """The owner's supervisor sees the node's own count; a group's sees its part of it."""
    rule = server.pack.rules[RULE]
    total = server.writer.do(lambda w: scoreboard(w.duck, w.pack, w.evaluation.findings, [RULE])).result(30)[0]
    mine = score_of(visit_for(server, "supervisor"), rule)
    part = score_of(visit_for(server, "group"), rule)
    assert mine.as_json() == total.as_json() | {"asleep": ""}
    assert (mine.found, part.found) == (5, 3)
    assert part.judged < mine.judged
    assert open_by_rule(visit_for(server, "group"))[RULE] == (3, 0)
    assert score_of(visit_for(server, "administrator"), rule).judged == 0


def test_outcomes_are_told_to_everybody_who_sees(cases):
    """The outcomes of a rule are the same for all; none is shown where no finding was in a case, or none is decided."""
    name = cases.duck.rows("SELECT rule FROM case_now")[0][0]
    outcomes = {login: outcome_of(visit_for(cases, login), cases.pack.rules[name]) for login in ("over", "group")}
    assert set(outcomes.values()) == {RuleOutcome(1, 1, 0, 0, 0, 0, 0)}
    assert outcomes["over"].precision_pct is None
    assert RuleOutcome(4, 0, 3, 1, 0, 0, 1).precision_pct == 75
    assert outcome_of(visit_for(cases, "firm"), cases.pack.rules[name]) is None, "a firm learns of no case by a count"
    other = next(n for n in cases.pack.rules if n != name)
    assert outcome_of(visit_for(cases, "over"), cases.pack.rules[other]) is None


def test_the_page_of_a_rule_shows_its_outcomes(cases):
    """Officers see on the rule's page how its findings came out; the people of a firm do not."""
    name = cases.duck.rows("SELECT rule FROM case_now")[0][0]
    assert "Outcome of its findings" in sign_in(cases, "over").get(f"/policy/{name}").text
    assert "Outcome of its findings" not in sign_in(cases, "firm").get(f"/policy/{name}").text


def test_a_rule_that_is_dismissed_too_often_is_proposed_for_demotion_on_its_page(tmp_path):
    """After enough dismissals the rule is proposed for demotion, and its page shows this with the precision to
    every viewer.
    """
    server = open_case_desk(tmp_path)
    firms = [{"entity": f"X{n}", "name": f"X{n}", "parent": "G"} for n in range(10)]
    paid = {"amount": 500, "payment": "P1", "matter": "M1", "paid_at": "2024-03-04T10:00:00"}
    late = {
        "decision": "D1",
        "matter": "M1",
        "body": "board",
        "outcome": "approved",
        "decided_at": "2024-03-08T10:00:00",
    }
    reported = [
        ("entity", firms),
        *(
            (kind, [{"entity": f["entity"]} | row for f in firms])
            for kind, row in (("payment", paid), ("decision", late))
        ),
    ]
    for kind, rows in reported:
        assert server.writer.take(report(kind, *rows)).result(60).entry
    name = server.duck.rows("SELECT rule FROM case_now WHERE entity = 'X1'")[0][0]
    cases = [c for (c,) in server.duck.rows("SELECT case_id FROM case_now WHERE entity LIKE 'X%' ORDER BY entity")]
    for count, dismissed in ((9, cases[:9]), (10, cases[9:])):
        steps = [step(c, "dismiss", "internal", "U1", "2024-03-12") for c in dismissed]
        assert server.writer.take(report("case_step", *steps)).result(60).entry
        outcome = outcome_of(visit_for(server, "over"), server.pack.rules[name])
        assert (outcome.dismissed, outcome.precision_pct) == (count, 0)
        assert [by.rsplit("/", 1)[1] for _, by in outcome.proposals] == ["rule_dismissed_too_often"] * (count == 10)
    for login in ("over", "leader", "internal1"):
        page = sign_in(server, login).get(f"/policy/{name}").text
        assert "Proposed for demotion" in page, login
        assert "0%" in page or "0.0%" in page, login
    server.stop()


def test_a_page_of_a_rule_stands_under_a_policy_of_fewer_counts(cases):
    """Under an older policy without the lapsed count the outcomes are shown, with that place empty."""
    name = cases.duck.rows("SELECT rule FROM case_now")[0][0]
    kind = cases.pack.kinds["rule_outcome"]
    older = replace(kind, fields=tuple(f for f in kind.fields if f.name != "lapsed_count"))
    pack = replace(cases.pack, kinds={**cases.pack.kinds, "rule_outcome": older})
    counts = counts_in(pack)
    assert "0 AS lapsed" in counts
    assert not any("lapsed_count" in column for column in counts)
    assert "coalesce(lapsed_count, 0) AS lapsed" in counts_in(cases.pack)
    outcome = cases.duck.records(f"SELECT {', '.join(counts)} FROM rule_outcome WHERE rule = ?", [name])
    assert RuleOutcome(**outcome[0]) == RuleOutcome(1, 1, 0, 0, 0, 0, 0)
