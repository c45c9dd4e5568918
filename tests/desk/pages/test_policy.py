"""Policy: a rule's page counts within reach, and the counts add up."""

import pytest

from comptroller.desk.pages.policy import PARTS, score_of
from tests.desk.visits import visit_for


@pytest.mark.parametrize("login", ["supervisor", "group", "finance", "reporter"])
def test_the_scoreboard_adds_up_within_reach(desk, login):
    """Judged is found and clear together; all rows within reach are in exactly one of the four answers."""
    visit = visit_for(desk, login)
    rule = visit.pack.rules["base/rules/payments/duplicate"]
    score = score_of(visit, rule)
    many = visit.one("SELECT count(*) FROM payment")
    assert score["judged"] == score["found"] + score["clear"]
    assert score["judged"] + score["not_applicable"] + score["not_judged"] == many
    assert score["found"] == many / 2


def test_every_rule_and_part_has_its_page(browser, desk):
    """Each rule opens by its name; what is no rule is not there."""
    for part in PARTS:
        assert browser("author").get(f"/policy?part={part}").status_code == 200
    for name in desk.pack.rules:
        assert browser("author").get(f"/policy/{name}").status_code == 200, name
    assert browser("author").get("/policy/none").status_code == 404
