"""An explanation names clause, figures of the day, rows with their entries, and what would have been lawful."""

from comptroller.watch import history
from comptroller.watch.explain import explain
from tests.laws.worlds import World, pack

PAID = {"entity": "A", "payment": "P1", "amount": "2000", "matter": "M1", "payee": "S", "paid_on": "2024-05-01"}


def test_a_finding_is_explained_from_what_was_frozen():
    """Figures are those in force on the finding's day, marked where unverified; rows are those of its evidence."""
    world = World.new(pack("small"))
    world.say([("payment", PAID)])
    (one,) = history.findings(world.duck)
    found = explain(world.duck, pack("small"), one.finding[:8])
    assert found is not None
    told = found.as_json()
    assert [(p["value"], p["verified"]) for p in told["parameters"]] == [(500.5, False)]
    assert [(r["table"], r["row"]["amount"], r["entry"] * 1048576 + r["place"]) for r in told["rows"]] == [
        ("payment", 2000, one.entries[0])
    ]
    assert told["rule"]["same_text_as_judged"] is True
    assert told["lawful"]["en"] == "An approval on or before 2024-05-01."


def test_a_finding_that_was_cleared_shows_the_rows_that_it_stood_on():
    """Rows that were retracted since are still shown, and the history says what became of the finding."""
    world = World.new(pack("small"))
    world.say([("payment", PAID)])
    (one,) = history.findings(world.duck)
    world.say([("payment", {"entity": "A", "payment": "P1", "act": "retract"})])
    found = explain(world.duck, pack("small"), one.finding)
    assert found is not None
    assert [v.state for v in found.history] == ["raised", "cleared"]
    assert len(found.rows) == 1


def test_nothing_is_explained_by_half_a_name():
    """A beginning that several findings share, and a name of none, explain nothing."""
    world = World.new(pack("small"))
    world.say([("payment", PAID), ("payment", {**PAID, "payment": "P2", "matter": "M2"})])
    assert explain(world.duck, pack("small"), "F-") is None
    assert explain(world.duck, pack("small"), "F-none") is None
