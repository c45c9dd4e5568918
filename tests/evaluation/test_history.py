"""Findings as of a day, and as known with an entry."""

import datetime as dt

from comptroller.evaluation import history
from tests.laws.worlds import World, pack

PAID = {"entity": "A", "payment": "P1", "amount": "2000", "matter": "M1", "payee": "S", "paid_on": "2024-03-01"}


def test_what_was_known_with_each_entry():
    """As of each entry, the findings are those that were current after judging it."""
    world = World.new(pack("small"))
    by_entry = {}
    steps = [
        PAID,
        {**PAID, "payment": "P2", "matter": "M2"},
        {"entity": "A", "payment": "P1", "act": "retract"},
        {**PAID, "amount": "9000"},
    ]
    for step in steps:
        world.say([("payment", step)])
        by_entry[world.said] = {(v.finding, v.version) for v in history.findings(world.duck)}
    for entry, versions in by_entry.items():
        assert {(v.finding, v.version) for v in history.findings(world.duck, known=entry)} == versions
    assert history.findings(world.duck, known=0) == []


def test_filters_by_state_rule_entity_and_day():
    """Each filter returns a part of all findings."""
    world = World.new(pack("small"))
    world.say([("payment", PAID), ("payment", {**PAID, "entity": "B", "paid_on": "2024-05-01"})])
    world.say([("payment", {"entity": "A", "payment": "P1", "act": "retract"})])

    def listed(**by):
        return [(v.entity, v.state) for v in history.findings(world.duck, **by)]

    assert listed() == [("B", "raised")]
    assert listed(state="all") == [("A", "cleared"), ("B", "raised")]
    assert listed(state="cleared") == listed(state="all", entity="A") == [("A", "cleared")]
    assert listed(valid=dt.date(2024, 4, 30)) == listed(rule="nothing") == []
    assert history.versions(world.duck, "F-none") == []
