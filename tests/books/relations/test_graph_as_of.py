"""As of a day and an entry, the tables are those of a world that got so much and has a clock at that day."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.books import Books
from comptroller.books.ownership import control_rows
from comptroller.books.ownership.control_rows import COLUMNS
from comptroller.books.ownership.queries import OwnershipView
from comptroller.books.relations.graph_as_of import GraphAsOf
from tests.laws.stakes import FACT
from tests.laws.worlds import Row, World, pack

DAY = dt.date(2024, 6, 30)
Facts = list[tuple[str, Row]]


def tables_of(books: Books, valid: dt.date | None, known: int | None) -> dict[str, list[tuple[Any, ...]]]:
    """Return every table that is made from the graph, in order."""
    views = books.views_here(valid, known)
    tables = {**COLUMNS, "ancestor": ("entity", "ancestor", "distance"), "level": ("entity", "legal", "management")}
    rows_by_table = {}
    for name, columns in tables.items():
        rows = books.duck.rows(f"SELECT {', '.join(columns)} FROM ({views.get(name, name)}) AS v")
        rows_by_table[name] = sorted(rows, key=str)
    return rows_by_table


def whole(rows: Facts) -> Facts:
    """Leave out empty fields."""
    return [(kind, {k: v for k, v in row.items() if v}) for kind, row in rows]


@pytest.mark.parametrize("wide", [1, control_rows.WIDE])
@settings(max_examples=6, deadline=None)
@given(
    facts=st.lists(FACT, max_size=12),
    cut=st.integers(0, 12),
    valid=st.sampled_from([None, dt.date(2024, 3, 1), dt.date(2024, 7, 15), dt.date(2024, 12, 1)]),
)
def test_as_of_equals_a_world_rebuilt(facts: Facts, cut: int, valid: dt.date | None, wide: int) -> None:
    """The state known with an entry and true on a day equals a world that got no more and is at that day."""
    rows = whole(facts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(control_rows, "WIDE", wide)
        scene = World.new(pack("base"))
        known = scene.said
        for at, row in enumerate(rows):
            scene.say([row], judged=False)
            known = scene.said if at < cut else known
        then = tables_of(scene.books, valid, known)
        chains = OwnershipView(scene.books, valid, known).who("C")["controllers"]
        rebuilt = World.new(pack("base"))
        for row in rows[:cut]:
            rebuilt.say([row], judged=False)
        if valid is not None:
            rebuilt.books.tick(dt.datetime.combine(valid, dt.time(12), tzinfo=dt.UTC))
        wanted = tables_of(rebuilt.books, None, None)
        mine = {(row["owner"], row["path"]) for row in chains}
    if valid is not None:
        # Levels count what has no end, at any clock; as of a day, they count what holds on it.
        then, wanted = ({name: rows for name, rows in item.items() if name in COLUMNS} for item in (then, wanted))
    assert then == wanted
    assert mine == {(owner, path) for owner, entity, *_, path in wanted["controls"] if entity == "C"}


def test_only_what_may_differ_is_told_again() -> None:
    """A stake that ended between two days concerns its company and what hangs below, and no other entity."""
    scene = World.new(pack("base"))
    facts = [
        ("stake", {"holder": h, "entity": e, "share_pct": "60", "valid_from": "2024-01-01", "valid_until": until})
        for h, e, until in (("A", "B", "2024-03-01"), ("B", "C", ""), ("X", "Y", ""), ("Y", "Z", ""))
    ]
    scene.say(whole(facts), judged=False)
    chosen = GraphAsOf(scene.duck, scene.books.pack, "O", valid=dt.date(2024, 2, 1), known=None)
    assert chosen.touched() == {"B", "C"}
    owners = {
        owner for owner, entity, *_ in tables_of(scene.books, dt.date(2024, 2, 1), None)["controls"] if entity == "C"
    }
    assert owners == {"A", "B"}
