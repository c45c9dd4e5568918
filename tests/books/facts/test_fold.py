"""Facts folded: what is new is added, what is corrected ends, nothing is overwritten, and every past state can
be read.
"""

import datetime as dt

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.books.facts.tables import as_of
from tests.laws.worlds import World, pack

PAID = {"entity": "A", "payment": "P1", "amount": "5", "paid_on": "2024-03-01"}
DECIDED = {"entity": "A", "decision": "D1", "matter": "M1"}


@pytest.fixture
def world():
    """Return an empty world of the small pack: entities A and B, the clock at the end of June."""
    return World.new(pack("small"))


def rows(world, sql):
    """Ask the world's books."""
    return world.duck.rows(sql)


def test_a_correction_ends_what_it_mends(world):
    """The newest is current, the one before has the entry that ended it."""
    world.say([("payment", PAID)])
    world.say([("payment", {**PAID, "amount": "6", "act": "correct"})])
    assert rows(world, "SELECT amount FROM payment") == [(6,)]
    assert rows(
        world, "SELECT f.amount, g.entry - (f.fact >> 20) FROM all_payment f JOIN gone_payment g USING (fact)"
    ) == [(5, 1)]


def test_a_retraction_ends_and_adds_nothing(world):
    """After a retraction the key has no current fact; a new report has one again."""
    world.say([("payment", PAID)])
    world.say([("payment", {"entity": "A", "payment": "P1", "act": "retract"})])
    assert rows(world, "SELECT * FROM payment") == []
    world.say([("payment", PAID)])
    assert rows(world, "SELECT count(*) FROM payment") == [(1,)]
    assert rows(world, "SELECT count(*) FROM all_payment") == [(2,)]


def test_what_is_said_again_adds_nothing(world):
    """The same content under the same key, stated or called a correction, leaves the books as they are."""
    world.say([("payment", PAID)])
    for act in ("state", "correct", "ensure"):
        world.say([("payment", {**PAID, "act": act})])
    assert rows(world, "SELECT count(*) FROM all_payment") == [(1,)]
    assert rows(world, "SELECT count(*) FROM gone_payment") == [(0,)]


def test_a_correction_keeps_the_day_of_the_first(world):
    """However often a fact is corrected, `first_at` is when its first came; what is stated after a retraction is first."""
    acts = [("state", 1), ("correct", 2), ("correct", 3), ("retract", 4), ("state", 5)]
    for amount, (act, day) in enumerate(acts):
        world.say(
            [("payment", {**PAID, "amount": str(amount), "act": act})], at=dt.datetime(2024, 6, day, tzinfo=dt.UTC)
        )
    world.say([("payment", {**PAID, "payment": "P2"})], at=dt.datetime(2024, 6, 6, tzinfo=dt.UTC))
    result = rows(world, "SELECT day(received_at), day(first_at) FROM all_payment ORDER BY fact")
    assert result == [(1, 1), (2, 1), (3, 1), (5, 5), (6, 6)]


def test_nested_lists_follow_their_fact(world):
    """Lines come, are replaced and go with the fact that they belong to."""
    votes = '[{"person": "U", "vote": "yes"}, {"person": "V", "vote": "no"}]'
    world.say([("decision", {**DECIDED, "votes": votes})])
    assert rows(world, "SELECT matter, person FROM decision_votes ORDER BY 2") == [("M1", "U"), ("M1", "V")]
    world.say([("decision", {**DECIDED, "votes": '[{"person": "W"}]', "act": "correct"})])
    assert rows(world, "SELECT person FROM decision_votes") == [("W",)]
    world.say([("decision", {**DECIDED, "act": "retract", "votes": '[{"person": "X"}]'})])
    assert rows(world, "SELECT person FROM decision_votes") == []
    assert rows(world, "SELECT count(*) FROM all_decision_votes") == [(3,)]


def test_heard_is_the_latest_report_about_an_entity(world):
    """Any report about an entity, restated or retracted, counts as its last report; a stake counts for both sides."""
    world.say([("payment", PAID)])
    first = dict(rows(world, "SELECT entity, fact >> 20 FROM last_report"))
    world.say([("payment", PAID)])
    world.say([("stake", {"holder": "B", "entity": "A", "valid_from": "2024-01-01"})])
    last = dict(rows(world, "SELECT entity, fact >> 20 FROM last_report"))
    assert last["A"] == first["A"] + 2
    assert last["B"] == last["A"]
    assert rows(world, "SELECT count(*) FROM last_report") == [(2,)]


def test_the_clock_stands_in_the_owners_zone():
    """A tick sets day and instant; the one before is replaced."""
    world = World.new(pack("small"))
    change = world.books.tick(dt.datetime(2024, 7, 1, 20, tzinfo=dt.UTC))
    assert set(change.renewed) >= {"clock"}
    assert rows(world, "SELECT count(*) FROM clock") == [(1,)]


def test_the_books_say_how_far_they_are_folded(world):
    """`position` names the last folded entry, the batch and the policy of the books."""
    world.books.advance(7, policy=3)
    world.books.advance(9)
    assert rows(world, "SELECT entries, policy FROM position") == [(9, 3)]


_SAYING = st.lists(
    st.fixed_dictionaries(
        {
            "payment": st.sampled_from(["P1", "P2"]),
            "act": st.sampled_from(["state", "correct", "retract", "ensure"]),
            "amount": st.sampled_from(["1", "2"]),
            "paid_on": st.sampled_from(["2024-03-01", "2024-03-02", ""]),
        }
    ),
    max_size=10,
)


@settings(max_examples=12)
@given(_SAYING, st.integers(0, 12), st.sampled_from([None, dt.date(2024, 3, 1), dt.date(2024, 2, 1)]))
def test_as_known_with_an_entry_is_what_was_folded_to_it(said, cut, day):
    """Books read as of an entry equal books that were folded to that entry and no further; the same holds on a day."""
    facts = [("payment", {"entity": "A", **{k: v for k, v in row.items() if v}}) for row in said]
    kind = pack("small").tables["payment"]
    world = World.new(pack("small"))
    known = world.said
    for fact in facts[:cut]:
        world.say([fact])
    known = world.said
    now = as_of("payment", kind, valid=day, known=None)
    then = sorted(rows(world, f"SELECT payment, amount, fact FROM ({now})"))
    for fact in facts[cut:]:
        world.say([fact])
    later = as_of("payment", kind, valid=day, known=known)
    assert sorted(rows(world, f"SELECT payment, amount, fact FROM ({later})")) == then


def test_a_day_holds_from_its_first_and_not_its_last():
    """A period holds from its first day to the day before its last; without days it always holds."""
    world = World.new(pack("small"))
    stake_row = {"holder": "B", "entity": "A", "valid_from": "2024-03-01", "valid_until": "2024-04-01"}
    world.say([("stake", stake_row), ("payment", PAID), ("payment", {"entity": "A", "payment": "P2", "amount": "1"})])
    tables = pack("small").tables

    def count(table, day):
        return rows(
            world, f"SELECT count(*) FROM ({as_of(table, tables[table], valid=dt.date.fromisoformat(day), known=None)})"
        )[0][0]

    days = ("2024-02-29", "2024-03-01", "2024-03-31", "2024-04-01")
    assert [count("stake", day) for day in days] == [0, 1, 1, 0]
    assert [count("payment", day) for day in days] == [1, 2, 2, 2]
    assert [count("entity", day) for day in days] == [2, 2, 2, 2]
