"""A table is read as of a past state, or the request is rejected: the current state never answers for a past one."""

import datetime as dt

import pytest

from comptroller.books.facts.tables import documented
from comptroller.model.refusal import Refused
from tests.laws.worlds import World, pack
from tests.questions import ask

DECIDED = {"entity": "A", "decision": "D1", "matter": "M1", "decided_on": "2024-03-05", "votes": '[{"person": "U"}]'}
LINE = {"entity": "A", "list": "free_items", "item": "S", "valid_from": "2024-03-01"}


@pytest.fixture
def world():
    """Return a world where B came under A, and A's list got a line, one after the other."""
    made = World.new(pack("small"))
    made.books.advance(made.said, policy=1)
    made.say([("decision", DECIDED)])
    made.say([("list_line", LINE)])
    made.say([("entity", {"entity": "B", "name": "B", "parent": "A", "act": "correct"})])
    return made


def asked(world, sql, valid=None, known=None):
    """Ask as of a day and an entry."""
    day = dt.date.fromisoformat(valid) if valid else None
    return ask(world.duck, sql, set(documented(pack("small"))), world.books.views(day, known, world.duck))[1]


def test_lines_of_a_list_hold_when_their_fact_does(world):
    """A nested list has no day of its own: its lines are there from its fact's day on, as far as that was known."""
    votes = "SELECT person FROM decision_votes"
    assert asked(world, votes, "2024-03-04") == []
    assert asked(world, votes, "2024-03-05") == [("U",)]
    assert asked(world, votes, "2024-03-05", known=world.said - 3) == []


def test_lists_reach_down_the_chain_as_it_was(world):
    """A line reaches B from the entry that put B under A, and on the days when the line is in force."""
    reachable = "SELECT entity, distance FROM list_in_force WHERE holder = 'A' ORDER BY 1"
    assert asked(world, reachable, "2024-02-29") == []
    assert asked(world, reachable, "2024-03-01") == [("A", 0), ("B", 1)]
    assert asked(world, reachable, known=world.said - 1) == [("A", 0)]
    assert asked(world, reachable, known=world.said - 2) == []
    complete = "SELECT * FROM list_in_force ORDER BY ALL"
    assert asked(world, complete, known=world.said) == world.duck.rows(complete)


def test_what_is_only_known_now_is_refused(world):
    """The clock, the levels and the graph have no past here: the rejection names what can be read."""
    for table in ("clock", "last_report", "heard", "ancestor", "level", "controls", "related"):
        with pytest.raises(Refused) as refused:
            asked(world, f"SELECT * FROM {table}", "2024-03-05")
        assert [item.code for item in refused.value.refusals] == ["query.as_of"]
    world.books.advance(world.said + 1, policy=world.said + 1)
    assert asked(world, "SELECT value FROM param_large_cny", "2024-03-31") == [(1000,)]
    with pytest.raises(Refused):
        asked(world, "SELECT * FROM param_large_cny", known=world.said)
