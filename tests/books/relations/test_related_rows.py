"""The table `related`: ways appear, end and return with their ties and with the parties that rules ask about."""

from tests.books.ownership.test_graph_circles import table, world


def test_a_tie_reaches_the_parties_that_rules_ask_about() -> None:
    """A way appears with its tie, has the days common to all its ties, and goes with its tie."""
    scene = world()
    scene.say([("contract", {"entity": "A", "contract": "C1", "counterparty": "X", "signed_on": "2024-03-01"})])
    assert table(scene, "related") == []
    controls = {
        "left_party": "k",
        "right_party": "X",
        "relation": "controls",
        "valid_from": "2023-01-01",
        "valid_until": "2025-01-01",
    }
    scene.say([("relation", controls)])
    scene.say([("relation", {"left_party": "m", "right_party": "k", "relation": "kin", "valid_from": "2000-01-01"})])
    reported = {(row[1], row[2], row[5], str(row[6]), str(row[7])) for row in table(scene, "related")}
    assert reported == {
        ("k", "controller", "X>controlled_by>k", "2023-01-01", "2025-01-01"),
        ("m", "controllers_relative", "X>controlled_by>k>kin>m", "2023-01-01", "2025-01-01"),
    }
    scene.say([("contract", {"entity": "A", "contract": "C1", "counterparty": "X", "act": "retract"})])
    assert table(scene, "related") == []
    scene.say([("contract", {"entity": "A", "contract": "C2", "counterparty": "X", "signed_on": "2024-03-01"})])
    assert len(table(scene, "related")) == 2
    scene.say([("relation", {**controls, "act": "retract"})])
    assert table(scene, "related") == []


def test_a_way_ends_at_a_public_body_while_it_is_one() -> None:
    """Sisters under A are related until A turns out to be a public body, and again when that is corrected."""
    scene = world()
    stakes = [{"holder": "A", "entity": item, "share_pct": "60", "valid_from": "2023-01-01"} for item in "BC"]
    scene.say([("stake", row) for row in stakes])
    scene.say([("contract", {"entity": "D", "contract": "C1", "counterparty": "B", "signed_on": "2024-03-01"})])
    sister = ("C", "common_control")
    for form, is_sister in (("", True), ("public_body", False), ("private", True)):
        if form:
            scene.say([("entity", {"entity": "A", "name": "A", "form": form, "act": "correct"})])
        rows = table(scene, "related")
        assert (sister in {(row[1], row[2]) for row in rows}) is is_sister
        assert ("A", "controller") in {(row[1], row[2]) for row in rows}
        scene.books.graph.rebuild(99)
        assert table(scene, "related") == rows
