"""The graph's tables move by exactly the rows that are returned, and end where building them afresh ends."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.books.ownership.control_rows import COLUMNS
from comptroller.books.relations.graph import Graph
from tests.laws.stakes import FACT
from tests.laws.worlds import Row, World, pack

Facts = list[tuple[str, Row]]
Tables = dict[str, set[tuple[Any, ...]]]


def tables(world: World) -> Tables:
    """Return the rows of every table about control and shares."""
    return {name: set(world.duck.rows(f"SELECT {', '.join(columns)} FROM {name}")) for name, columns in COLUMNS.items()}


def rows_of(changed: dict[str, pa.Table]) -> Tables:
    """Return the rows that the graph reported, without the columns that serve as aliases."""
    return {
        name: {tuple(row[column] for column in columns) for row in changed[name].to_pylist()}
        for name, columns in COLUMNS.items()
        if name in changed
    }


def apart(before: Tables, after: Tables) -> Tables:
    """Return the rows of each table that came or went."""
    return {name: before[name] ^ after[name] for name in before if before[name] != after[name]}


def stake(holder: str, entity: str, share: str, since: str = "2024-01-01", until: str = "") -> tuple[str, Row]:
    """Return a stake with its days."""
    row = {"holder": holder, "entity": entity, "share_pct": share, "valid_from": since, "valid_until": until}
    return "stake", {name: value for name, value in row.items() if value}


@settings(max_examples=20, deadline=None)
@given(st.lists(FACT, max_size=12))
def test_each_fact_returns_what_came_or_went(facts: Facts) -> None:
    """The rows that `fold` returns are those that differ between the tables before and after a fact."""
    world, returned = World.new(pack("base")), list[dict[str, pa.Table]]()
    fold = world.books.graph.fold

    def recorded(*args: Any) -> dict[str, pa.Table]:
        returned.append(fold(*args))
        return returned[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.books.graph, "fold", recorded)
        for kind, row in facts:
            before = tables(world)
            returned.clear()
            world.say([(kind, {k: v for k, v in row.items() if v})], judged=False)
            moved = rows_of(returned[-1]) if returned else {}
            assert moved == apart(before, tables(world))


@settings(max_examples=15, deadline=None)
@given(st.lists(FACT, max_size=8), st.lists(st.dates(dt.date(2024, 3, 1), dt.date(2024, 12, 1)), max_size=3))
def test_each_day_returns_what_came_or_went(facts: Facts, days: list[dt.date]) -> None:
    """The rows that `tick` returns are those that differ between the tables of two days; at the end a rebuild agrees."""
    world = World.new(pack("base"))
    world.say([(kind, {k: v for k, v in row.items() if v}) for kind, row in facts], judged=False)
    for day in days:
        before = tables(world)
        change = world.books.tick(dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC))
        assert rows_of(dict(change.added)) == apart(before, tables(world))
        assert world.books.graph.day == day
    moved = tables(world)
    world.books.graph.rebuild(world.said + 1)
    assert tables(world) == moved


def test_the_same_day_changes_nothing() -> None:
    """A clock that shows the same day again returns no rows, and neither does a fact about other things."""
    world = World.new(pack("base"))
    world.say([stake("A", "B", "60")])
    assert world.books.graph.tick(dt.date(2024, 6, 30), world.said) == {}
    before = tables(world)
    world.say([("entity", {"entity": "Z", "name": "Z"})])
    assert tables(world) == before


def test_control_gained_and_lost_is_recorded_once() -> None:
    """A controller that comes or goes is a turn; another chain or basis of the same controller is none."""
    world = World.new(pack("base"))
    world.say([stake("A", "B", "60")])
    world.say([stake("A", "C", "60"), stake("C", "D", "60")])
    world.say([stake("A", "D", "70")])
    turns = "SELECT owner, entity, turn FROM control_turn ORDER BY ALL"
    gained = [("A", "B", "gained"), ("A", "C", "gained"), ("A", "D", "gained"), ("C", "D", "gained")]
    assert world.duck.rows(turns) == gained
    world.say([("stake", {**stake("A", "B", "60")[1], "act": "retract"})])
    assert world.duck.rows(turns) == sorted([*gained, ("A", "B", "lost")])


def test_books_that_open_again_read_nothing_at_first() -> None:
    """A graph holds no stakes until something is asked of it, and its day is the clock's."""
    world = World.new(pack("base"))
    world.say([stake("A", "B", "60")])
    graph = Graph(world.duck, pack("base"), world.books.is_known)
    assert not graph.is_open
    assert graph.day == dt.date(2024, 6, 30)
    assert graph.capital.day == graph.day
    assert graph.is_open
