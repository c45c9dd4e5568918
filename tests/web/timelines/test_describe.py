"""Timelines in words: a lane for each body, the exact moment where it is known, the clause in force."""

import datetime as dt

from comptroller.web.timelines.describe import clause, lane_of, moment_of, words_of
from comptroller.web.timelines.gather import Step
from tests.web.visits import visit_for


def step(server, table, **row):
    return Step(server.pack.kinds[table], 1, row, 0)


def test_a_step_says_who_took_it_when_and_what(server):
    """A decision is in the lane of its body at its hour; a payment is in that of payments, with the other party."""
    visit = visit_for(server, "supervisor")
    study = {"body": "board", "kind": "study", "outcome": "approved", "decided_on": dt.date(2024, 3, 1)}
    decision = step(server, "decision", **study, decided_at=dt.datetime(2024, 3, 1, 14, 30))
    assert lane_of(visit, decision) == ("decision/board", "Board")
    assert moment_of(decision) == dt.datetime(2024, 3, 1, 14, 30)
    assert words_of(visit, decision) == "Prior study · Approved"
    paid = step(server, "payment", payee="X", paid_on=dt.date(2024, 3, 2), paid_at=None)
    assert lane_of(visit, paid) == ("payment", "Payment")
    assert moment_of(paid) == dt.datetime(2024, 3, 2)
    assert words_of(visit, paid) == "X"


def test_a_clause_is_one_that_held_on_the_day(server):
    """The first source in force is named; without a rule, none."""
    visit = visit_for(server, "supervisor")
    rule = server.pack.rules["base/rules/payments/duplicate"]
    assert clause(visit, rule, None) != ""
    assert clause(visit, None, None) == ""
