"""The heads of groups: the uppermost manager below the owner's bodies, from day to day, and as it was known."""

import datetime as dt

import pyarrow as pa
from hypothesis import given, settings, strategies as st

from comptroller.books.group_heads import GroupHeads, stretches_of
from tests.laws.worlds import World, pack

DAY = dt.date(2024, 6, 1)


def _entity(code, parent="", act="state", **more):
    return ("entity", {"entity": code, "name": code, "act": act, **({"parent": parent} if parent else {}), **more})


def heads(world, entity):
    """Return the rows of an entity, in the order of days."""
    sql = "SELECT head, valid_from, valid_until FROM group_head WHERE entity = ? ORDER BY valid_from NULLS FIRST"
    return world.duck.rows(sql, [entity])


def test_the_head_is_the_uppermost_below_the_owner():
    """The chain ends below a body of the owner, which itself has no head; one without a manager heads its own group."""
    world = World.new(pack("small"))
    world.say(
        [_entity("O", is_owner="true"), _entity("G", "O"), _entity("M", "G"), _entity("F", "M"), _entity("X", "Y")]
    )
    assert [heads(world, item) for item in "OGMFX"] == [
        [],
        [("G", None, None)],
        [("G", None, None)],
        [("G", None, None)],
        [("X", None, None)],
    ]


def test_a_later_report_holds_from_its_own_day_on():
    """An entity that moves counts to its earlier group until that day, with all below it; without a day it always did."""
    world = World.new(pack("small"))
    world.say([_entity("G"), _entity("H"), _entity("M", "G"), _entity("F", "M")])
    world.say([_entity("M", "H", "correct", valid_from="2024-06-01")])
    assert heads(world, "M") == heads(world, "F") == [("G", None, DAY), ("H", DAY, None)]
    world.say([_entity("M", "H", "correct")])
    assert heads(world, "M") == heads(world, "F") == [("H", None, None)]


def test_what_is_retracted_never_held():
    """After a retraction nothing of that entity is left, and what it managed heads its own group."""
    world = World.new(pack("small"))
    world.say([_entity("G"), _entity("M", "G"), _entity("F", "M")])
    world.say([_entity("M", act="retract")])
    assert heads(world, "M") == []
    assert heads(world, "F") == [("F", None, None)]
    world.say([_entity("M", "G", valid_from="2024-06-01")])
    assert heads(world, "M") == [("G", DAY, None)]
    assert heads(world, "F") == [("F", None, DAY), ("G", DAY, None)]


def test_a_ring_of_managers_has_one_head():
    """Members of a ring and all below it count to the first member by name."""
    world = World.new(pack("small"))
    world.say([_entity("A", "B", "correct"), _entity("B", "C", "correct"), _entity("C", "B"), _entity("D", "A")])
    assert {heads(world, item)[0][0] for item in "ABCD"} == {"B"}


def test_rows_hold_on_a_day_and_as_known():
    """As of a day, the row of that day is returned; as known with an entry, what was reported later is not known."""
    world = World.new(pack("small"))
    world.say([_entity("G"), _entity("H"), _entity("F", "G")])
    before = world.said
    world.say([_entity("F", "H", "correct", valid_from="2024-06-01")])

    def rows_of(valid=None, known=None):
        sql = world.books.views_here(valid, known)["group_head"]
        return world.duck.rows(f"SELECT head FROM ({sql}) AS g WHERE entity = 'F' ORDER BY head")

    assert rows_of(valid=DAY) == [("H",)]
    assert rows_of(valid=DAY - dt.timedelta(days=1)) == [("G",)]
    assert rows_of(valid=DAY, known=before) == rows_of(known=before) == [("G",)]


def test_versions_are_followed_back_while_each_replaced_the_last():
    """A version that another replaced holds before it; one that was taken back, or corrected in its own report, never."""
    first, last, day = dt.date.min, dt.date.max, dt.date(2024, 1, 1)
    g, h = (first, last, "G", False), (day, last, "H", False)
    assert stretches_of([(1, 2, g), (2, None, h)]) == ((first, day, "G", False), h)
    assert stretches_of([(1, 2, g), (3, None, h)]) == (h,)
    assert stretches_of([(1, 2, g), (2, 3, h)]) == ()
    assert stretches_of([(1, 2, g), (2, 2, (day, last, "X", False)), (2, None, h)]) == ((first, day, "G", False), h)
    assert stretches_of([(1, 2, h), (2, None, g)]) == (g,)


_CODES = st.sampled_from(["A", "B", "C", "D"])
_FACTS = st.tuples(
    _CODES,
    st.sampled_from(["A", "B", "C", "D", "E", ""]),
    st.sampled_from(["state", "correct", "correct", "retract"]),
    st.sampled_from(["", "2024-02-01", "2024-05-01"]),
    st.sampled_from(["", "", "true"]),
).filter(lambda fact: fact[0] != fact[1])


@settings(max_examples=40)
@given(st.lists(st.lists(_FACTS, min_size=1, max_size=3), min_size=1, max_size=5))
def test_moved_rows_are_those_of_writing_everything(batches):
    """For any reports in any order, the table equals one that is written from all facts; rows never overlap."""
    world = World.new(pack("small"))
    for batch in batches:
        world.say(
            [
                _entity(code, parent, act, **{k: v for k, v in (("valid_from", since), ("is_owner", owner)) if v})
                for code, parent, act, since, owner in batch
            ]
        )
    moved = world.duck.rows("SELECT * FROM group_head ORDER BY ALL")
    written = GroupHeads(world.duck).rows()
    assert moved == world.duck.rows(f"SELECT * FROM ({_as_sql(world, written)}) ORDER BY ALL")
    spans = {}
    for entity, _, since, until in moved:
        spans.setdefault(entity, []).append((since or dt.date.min, until or dt.date.max))
    assert all(
        a[1] <= b[0] for chosen in spans.values() for a, b in zip(sorted(chosen), sorted(chosen)[1:], strict=False)
    )


def _as_sql(world, rows: pa.Table) -> str:
    world.duck.register("whole_rows", rows)
    return "SELECT * FROM whole_rows"
