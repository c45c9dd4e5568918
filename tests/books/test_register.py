"""The register: who is above whom, also where managers form a ring; and at which level each entity stands."""

import pytest

from comptroller.books import register as room
from comptroller.books.register import Register
from tests.laws.worlds import World, pack


def _entity(code, parent="", act="state"):
    return ("entity", {"entity": code, "name": code, "act": act, **({"parent": parent} if parent else {})})


def chain(world, entity):
    """Give the entities above one, nearest first."""
    sql = "SELECT ancestor FROM ancestor WHERE entity = ? ORDER BY distance"
    return [row[0] for row in world.duck.rows(sql, [entity])]


def test_the_chain_goes_up_to_the_top():
    """Each entity is its own ancestor at distance 0, then its manager, and so on; one not in the register stands too."""
    world = World.new(pack("small"))
    world.say([_entity("B", "A", "correct"), _entity("C", "B"), _entity("D", "X")])
    assert [chain(world, one) for one in "ABCD"] == [["A"], ["B", "A"], ["C", "B", "A"], ["D", "X"]]


def test_a_ring_of_managers_is_followed_once():
    """Entities that manage each other are above each other once, and no report of a ring stops the books."""
    world = World.new(pack("small"))
    world.say([_entity("A", "B", "correct"), _entity("B", "C", "correct"), _entity("C", "A")])
    assert [chain(world, one) for one in "ABC"] == [["A", "B", "C"], ["B", "C", "A"], ["C", "A", "B"]]
    assert world.watch.judge_all(world.said) == []


def test_management_counts_from_the_top():
    """The top is at level 1, whoever it manages one below."""
    world = World.new(pack("small"))
    world.say([_entity("B", "A", "correct"), _entity("C", "B")])
    assert world.duck.rows("SELECT entity, management FROM level ORDER BY 1") == [("A", 1), ("B", 2), ("C", 3)]


def test_an_entity_that_is_retracted_is_not_known():
    """After a retraction nobody of that code is in the register."""
    world = World.new(pack("small"))
    world.say([_entity("B", "A", "correct")])
    assert (world.books.is_known("B"), world.books.parent("B")) == (True, "A")
    world.say([("entity", {"entity": "B", "act": "retract"})])
    assert (world.books.is_known("B"), world.books.parent("B")) == (False, None)
    assert chain(world, "B") == []


@pytest.mark.skipif(not hasattr(room, "legal_levels"), reason="legal levels are made in another file")
def test_legal_levels_follow_the_nearest_holder():
    """An entity stands one below its nearest holder; the owner at 0; cross-holdings do not sink anybody."""
    held = [("O", "A"), ("A", "B"), ("B", "C"), ("A", "C"), ("C", "B"), ("X", "D"), ("E", "E")]
    found = room.legal_levels(held, {"O", "A", "B", "C", "D", "E"}, "O")
    assert found == {"O": 0, "A": 1, "B": 2, "C": 2, "D": 1, "E": 1}


def test_an_introduced_entity_has_nobody_above():
    """Entities that examples name stand alone."""
    register = Register("O")
    register.introduce(["A"])
    assert (len(register), register.chain("A"), register.parent("A"), list(register.entities())) == (
        1,
        ["A"],
        None,
        ["A"],
    )
