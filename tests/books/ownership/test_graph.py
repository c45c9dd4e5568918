"""The graph's tables: small groups worked by hand, and the law that moving the tables equals building them."""

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.books import Books
from comptroller.books.ownership import control_rows
from comptroller.books.ownership.control_rows import COLUMNS
from tests.laws.stakes import FACT
from tests.laws.worlds import Row, World, pack


def stake(holder: str, entity: str, share: str, **fields: str) -> tuple[str, Row]:
    """Return a stake from 2024 on."""
    row = {"holder": holder, "entity": entity, "share_pct": share, "valid_from": "2024-01-01", **fields}
    return "stake", {name: value for name, value in row.items() if value}


def table(world: World, name: str) -> list[tuple[Any, ...]]:
    """Return a table's rows in order."""
    columns = ", ".join(COLUMNS[name])
    return sorted(world.duck.rows(f"SELECT {columns} FROM {name}"), key=str)


def controls(world: World) -> set[tuple[str, str, str, str]]:
    """Return pairs of control with their basis and their chain."""
    return set(world.duck.rows("SELECT owner, entity, basis, path FROM controls"))


def world(*facts: tuple[str, Row]) -> World:
    """Return a world that got these facts at once."""
    scene = World.new(pack("base"))
    assert scene.say(list(facts)) == len(facts)
    return scene


def test_more_than_half_held_directly_or_jointly() -> None:
    """Half is not enough; what is controlled adds its own stakes, and the chain goes by the largest."""
    scene = world(stake("A", "B", "51"), stake("A", "C", "20"), stake("B", "C", "31"), stake("C", "D", "50"))
    reported = {("A", "B", "direct", "A>51%>B"), ("A", "C", "joint", "A>51%>B>31%>C")}
    assert controls(scene) == reported
    assert table(scene, "ultimate_controller") == [
        ("B", "A", "direct", False, "A>51%>B"),
        ("C", "A", "joint", False, "A>51%>B>31%>C"),
    ]


def test_a_document_a_board_and_an_agreement_give_control_too() -> None:
    """Each basis is named, and what is held by more than half is never called asserted."""
    scene = world(
        stake("A", "B", "41.06", mode="asserted_control", document="charter"),
        stake("A", "C", "30"),
        stake("X", "C", "25"),
        (
            "relation",
            {"left_party": "A", "right_party": "X", "relation": "acting_in_concert", "valid_from": "2024-01-01"},
        ),
        ("post", {"entity": "A", "person": "p", "post": "director", "appointed_by": "O", "valid_from": "2024-01-01"}),
    )
    reported = {(owner, entity, basis) for owner, entity, basis, _ in controls(scene)}
    assert reported == {
        ("A", "B", "asserted"),
        ("A", "C", "agreement"),
        ("O", "A", "board_majority"),
        ("O", "B", "asserted"),
        ("O", "C", "agreement"),
    }


def test_shares_through_a_loop_and_the_gap_beside_them() -> None:
    """A holds 51 of B, which holds 60 of C, which holds 49 of B: B is 51 / (1 - 0.6 * 0.49) hundredths A's; the rest is open."""
    scene = world(stake("A", "B", "51"), stake("B", "C", "60"), stake("C", "B", "49"))
    sql = "SELECT entity, share_pct, gap_pct FROM effective_share WHERE owner = 'A' ORDER BY entity"
    assert [(e, str(s), str(g)) for e, s, g in scene.duck.rows(sql)] == [
        ("B", "72.237960", "27.762040"),
        ("C", "43.342776", "56.657224"),
    ]
    issues = [(entity, issue, detail) for entity, issue, _, detail in table(scene, "stake_issue")]
    assert issues == [("B", "ring", "B>60%>C>49%>B"), ("C", "ring", "C>49%>B>60%>C")]


def test_bounds_stay_apart() -> None:
    """A stake known by its bounds has lower, middle and upper shares; only what is certain counts for control."""
    scene = world(stake("A", "B", "", share_low_pct="40", share_high_pct="70"), stake("B", "C", "50"))
    sql = "SELECT entity, low_pct, share_pct, high_pct FROM effective_share WHERE owner = 'A' ORDER BY entity"
    assert [tuple(map(str, row)) for row in scene.duck.rows(sql)] == [
        ("B", "40.000000", "55.000000", "70.000000"),
        ("C", "20.000000", "27.500000", "35.000000"),
    ]
    assert controls(scene) == set()
    scene = world(stake("A", "B", "", share_high_pct="25"), stake("C", "D", "", share_low_pct="75"))
    sql = "SELECT owner, low_pct, share_pct, high_pct FROM effective_share ORDER BY owner"
    assert [tuple(map(str, row)) for row in scene.duck.rows(sql)] == [
        ("A", "0.000000", "12.500000", "25.000000"),
        ("C", "75.000000", "75.000000", "100.000000"),
    ]


def test_what_is_wrong_with_stakes_is_said() -> None:
    """Above the whole, of no known size, in oneself: each is a row, and none stops the rest."""
    scene = world(stake("A", "B", "70"), stake("C", "B", "40"), stake("A", "D", ""), stake("C", "C", "10"))
    reported = [(entity, issue, str(total)) for entity, issue, total, _ in table(scene, "stake_issue")]
    assert reported == [
        ("B", "over", "110.000000"),
        ("C", "own", "10.000000"),
        ("D", "nothing", "0.000000"),
        ("D", "unsized", "0.000000"),
    ]


def test_a_loop_that_owns_itself_wholly_has_no_solution() -> None:
    """Its members are all gap, and marked as endless."""
    scene = world(stake("B", "C", "100"), stake("C", "B", "100"))
    assert [(e, i) for e, i, _, _ in table(scene, "stake_issue") if i == "endless"] == [
        ("B", "endless"),
        ("C", "endless"),
    ]


def test_control_and_management_that_do_not_meet() -> None:
    """What is controlled and not managed is one table, what is managed and not controlled another."""
    entities = [("entity", {"entity": e, "name": e, "parent": p}) for e, p in (("C", "A"), ("D", "B"))]
    scene = world(stake("A", "C", "60"), stake("A", "D", "60"), *entities)
    sql = "SELECT owner, entity, path FROM controlled_not_governed"
    assert scene.duck.rows(sql) == [("A", "D", "A>60%>D")]
    assert scene.duck.rows("SELECT manager, entity, distance FROM governed_without_control") == [("B", "D", 1)]


def test_control_gained_and_lost_is_an_event() -> None:
    """A stake that goes ends control of all below; another share alone is no turn."""
    scene = world(stake("A", "B", "60"), stake("B", "C", "60"))
    scene.say([stake("B", "C", "70", act="correct")], judged=False)
    scene.say([stake("A", "B", "60", act="retract")], judged=False)
    turns = scene.duck.rows("SELECT owner, entity, turn, path, entry FROM control_turn ORDER BY entry, owner, entity")
    first, last = turns[0][4], turns[-1][4]
    assert [(*row[:4], row[4] == last) for row in turns] == [
        ("A", "B", "gained", "A>60%>B", False),
        ("A", "C", "gained", "A>60%>B>60%>C", False),
        ("B", "C", "gained", "B>60%>C", False),
        ("A", "B", "lost", "A>60%>B", True),
        ("A", "C", "lost", "A>60%>B>70%>C", True),
    ]
    assert first < last


def test_the_clock_begins_and_ends_stakes() -> None:
    """What holds is what holds on the clock's day."""
    scene = world(stake("A", "B", "60", valid_from="2024-08-01", valid_until="2024-09-01"))
    reported = []
    for day in (dt.date(2024, 7, 31), dt.date(2024, 8, 1), dt.date(2024, 8, 31), dt.date(2024, 9, 1)):
        scene.tick(day)
        reported.append(len(controls(scene)))
    assert reported == [0, 1, 1, 0]


@pytest.mark.parametrize("wide", [1, control_rows.WIDE])
@pytest.mark.parametrize("ticks", [False, True])
@settings(max_examples=9, deadline=None)
@given(facts=st.lists(FACT, max_size=14), cuts=st.lists(st.integers(0, 14), max_size=4))
def test_moved_equals_built(facts: list[tuple[str, Row]], cuts: list[int], ticks: bool, wide: int) -> None:
    """After any facts in any batches, and any days, the tables are those that new books would build."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(control_rows, "WIDE", wide)
        _moved_equals_built(facts, cuts, ticks=ticks)


def _moved_equals_built(facts: list[tuple[str, Row]], cuts: list[int], *, ticks: bool) -> None:
    scene = World.new(pack("base"))
    rows = [(kind, {k: v for k, v in row.items() if v}) for kind, row in facts]
    edges = sorted({0, len(rows), *(c for c in cuts if c < len(rows))})
    for low, high in pairwise(edges):
        scene.say(rows[low:high], judged=False)
        if ticks:
            scene.books.tick(dt.datetime(2024, 1 + (high * 3) % 11, 15, tzinfo=dt.UTC))
    moved = {name: table(scene, name) for name in COLUMNS}
    scene.books.graph.rebuild(99)
    assert {name: table(scene, name) for name in COLUMNS} == moved


def test_a_day_that_turns_after_a_restart_is_seen() -> None:
    """Books that were opened again move their tables from their last day."""
    scene = world(stake("A", "B", "60", valid_from="2024-08-01"))
    books = Books(scene.duck, scene.books.pack, owner="O", zone="UTC")
    books.tick(dt.datetime(2024, 8, 1, 12, tzinfo=dt.UTC))
    assert len(controls(scene)) == 1
