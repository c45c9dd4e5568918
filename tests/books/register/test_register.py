"""The register: the chain above an entity, also where managers form a ring; and the level of each entity."""

from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.books.register import register as room
from comptroller.books.register.register import Register
from tests.laws.worlds import World, pack


def _entity(code, parent="", act="state"):
    return ("entity", {"entity": code, "name": code, "act": act, **({"parent": parent} if parent else {})})


def chain(world, entity):
    """Return the entities above one, nearest first."""
    sql = "SELECT ancestor FROM ancestor WHERE entity = ? ORDER BY distance"
    return [row[0] for row in world.duck.rows(sql, [entity])]


def test_the_chain_goes_up_to_the_top():
    """Each entity is its own ancestor at distance 0, then its manager, and so on; one not in the register is
    there too.
    """
    world = World.new(pack("small"))
    world.say([_entity("B", "A", "correct"), _entity("C", "B"), _entity("D", "X")])
    assert [chain(world, item) for item in "ABCD"] == [["A"], ["B", "A"], ["C", "B", "A"], ["D", "X"]]


def test_a_ring_of_managers_is_followed_once():
    """Entities that manage each other are above each other once, and no report of a ring stops the books."""
    world = World.new(pack("small"))
    world.say([_entity("A", "B", "correct"), _entity("B", "C", "correct"), _entity("C", "A")])
    assert [chain(world, item) for item in "ABC"] == [["A", "B", "C"], ["B", "C", "A"], ["C", "A", "B"]]
    assert world.evaluation.judge_all(world.said) == []


def test_management_counts_from_the_top():
    """The top is at level 1, and each entity is one below its manager."""
    world = World.new(pack("small"))
    world.say([_entity("B", "A", "correct"), _entity("C", "B")])
    assert world.duck.rows("SELECT entity, management FROM level ORDER BY 1") == [("A", 1), ("B", 2), ("C", 3)]


def test_an_entity_that_is_retracted_is_not_known():
    """After a retraction no entity of that code is in the register."""
    world = World.new(pack("small"))
    world.say([_entity("B", "A", "correct")])
    assert (world.books.is_known("B"), world.books.parent("B")) == (True, "A")
    world.say([("entity", {"entity": "B", "act": "retract"})])
    assert (world.books.is_known("B"), world.books.parent("B")) == (False, None)
    assert chain(world, "B") == []


@pytest.mark.skipif(not hasattr(room, "legal_levels"), reason="legal levels are made in another file")
def test_legal_levels_follow_the_nearest_holder():
    """An entity is one level below its nearest holder; the owner at 0; cross-holdings sink no entity."""
    stakes = [("O", "A"), ("A", "B"), ("B", "C"), ("A", "C"), ("C", "B"), ("X", "D"), ("E", "E")]
    levels = room.legal_levels(stakes, {"O", "A", "B", "C", "D", "E"}, "O")
    assert levels == {"O": 0, "A": 1, "B": 2, "C": 2, "D": 1, "E": 1}


def test_an_introduced_entity_has_nobody_above():
    """Entities that examples name have no manager."""
    register = Register("O")
    register.introduce(["A"])
    assert (len(register), register.chain("A"), register.parent("A"), list(register.entities())) == (
        1,
        ["A"],
        None,
        ["A"],
    )


_code = st.sampled_from(["A", "B", "C", "D", "O"])
_acts = st.sampled_from(["state", "state", "correct", "retract"])
_entities = st.fixed_dictionaries({"act": _acts, "entity": _code, "name": st.just("N"), "parent": _code | st.just("")})
_stakes = st.fixed_dictionaries(
    {
        "act": _acts,
        "holder": _code,
        "entity": _code,
        "share_pct": st.sampled_from(["", "0", "60"]),
        "valid_from": st.just("2024-01-01"),
        "valid_until": st.sampled_from(["", "", "2024-09-01"]),
    }
)
_facts = st.lists(st.one_of(_entities.map(lambda r: ("entity", r)), _stakes.map(lambda r: ("stake", r))), max_size=14)


@settings(max_examples=9)
@given(
    _facts.map(lambda f: [x for x in f if x[1].get("parent") != x[1]["entity"]]),
    st.lists(st.integers(0, 14), max_size=4),
)
def test_moved_equals_read_afresh(facts, cuts):
    """After any entities and stakes in any batches, chains and levels are those of a register that is read afresh."""
    world = World.new(pack("base"))
    rows = [(kind, {k: v for k, v in row.items() if v}) for kind, row in facts]
    edges = sorted({0, len(rows), *(c for c in cuts if c < len(rows))})
    for low, high in pairwise(edges):
        world.say(rows[low:high], judged=False)
    moved = [world.duck.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in ("ancestor", "level")]
    afresh = Register("O")
    afresh.load(world.duck)
    room.put_register(world.duck, afresh)
    assert [world.duck.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in ("ancestor", "level")] == moved
