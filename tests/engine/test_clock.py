"""The law of clocks: a clock that jumps is rejected until an officer accepts it, and a wrong one can be marked
and corrected.
"""

import datetime as dt
from pathlib import Path

import pytest

from comptroller import engine
from comptroller.engine import Engine
from comptroller.model.refusal import Refused
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, ORIGIN, changed, codes, dump, key, said, small_node, tell

DAYS = 100
FAR = AT + dt.timedelta(days=27_000)


def clocked(folder: Path) -> Engine:
    """Return a node under the small pack that allows its clock to jump by a hundred days."""
    files = changed("pack.yml", "version:", f"clock_jump_days: {DAYS}\nversion:")
    made = engine.create(folder, files, engine.node.Charter("O", ORIGIN, "small"), key=key(), at=AT)
    tell(made, [("entity", {"entity": "A", "name": "A"}), ("entity", {"entity": "B", "name": "B", "parent": "A"})])
    return made


def rebuilt(node: Engine, folder: Path) -> None:
    """Compare a node with a rebuild, and close both."""
    before = dump(node)
    node.close()
    again = engine.rebuild(folder)
    assert dump(again) == before
    again.close()


def refused(act: object) -> list[str]:
    """Return the codes of an act's refusals."""
    with pytest.raises(Refused) as codes:
        act()  # type: ignore[operator]
    return [refusal.code for refusal in codes.value.refusals]


def test_a_clock_that_jumps_takes_nothing(tmp_path: Path) -> None:
    """Reports, ticks and policies at a moment too far behind the last one are rejected, and nothing is an entry."""
    node = clocked(tmp_path / "n")
    size = node.ledger.size
    assert codes(node.take([said("payment", pay("P1")), said("payment", pay("P2"))], FAR)) == {
        0: ["clock.jump"],
        1: ["clock.jump"],
    }
    assert refused(lambda: node.tick(AT, FAR)) == ["clock.jump"]
    assert refused(lambda: node.tick(FAR, AT)) == ["clock.jump"]
    assert refused(lambda: node.adopt(changed("pack.yml", "version:", "version:"), "small", FAR)) == ["clock.jump"]
    for at in (
        "0001-01-01T00:00:00+14:00",
        "1899-12-31T23:00:00+00:00",
        "2200-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59-12:00",
    ):
        assert refused(lambda at=at: node.tick(dt.datetime.fromisoformat(at), AT)) == ["clock.calendar"]
    assert node.ledger.size == size
    tell(node, [("payment", pay("P1"))], days=DAYS)
    tell(node, [("payment", pay("P2"))], days=2 * DAYS)
    node.close()


def test_an_officer_lets_a_jump_pass(tmp_path: Path) -> None:
    """The act names the officer and the reason, is an entry, and is shown; the clock continues from there."""
    node = clocked(tmp_path / "n")
    assert refused(lambda: node.pass_clock("", " ", FAR)) == ["clock.unsigned", "clock.unsigned"]
    assert refused(lambda: node.pass_clock("U1", "moved", FAR + dt.timedelta(days=90_000))) == ["clock.calendar"]
    number = node.pass_clock("U1", "the node lay idle", FAR)
    assert node.ledger.entry(number).received_at == FAR
    rows = node.duck.rows('SELECT entry, does, "by", why FROM clock_act')
    assert rows == [(number, "pass", "U1", "the node lay idle")]
    assert node.take([said("payment", pay("P1"))], FAR + dt.timedelta(days=1)).refused == {}
    rebuilt(node, tmp_path / "n")


def test_entries_of_a_wrong_clock_are_named_and_the_clock_goes_back(tmp_path: Path) -> None:
    """After the stretch is named, reports bear their own moment again in the books, while the ledger's instants only rise."""
    node = clocked(tmp_path / "n")
    node.pass_clock("U1", "by mistake", FAR)
    first = node.ledger.size
    node.take([said("payment", pay("P1"))], FAR)
    node.take([said("payment", pay("P2"))], AT + dt.timedelta(days=1))
    assert node.last_moment() == FAR
    assert refused(lambda: node.name_wrong_clock((5, 3), "U1", "x", AT)) == ["clock.stretch"]
    assert refused(lambda: node.name_wrong_clock((1, 99), "U1", "x", AT)) == ["clock.stretch"]
    assert refused(lambda: node.name_wrong_clock((first, first + 2), "U1", "x", FAR)) == ["clock.jump"]
    node.name_wrong_clock((first, first + 2), "U1", "the battery was dead", AT + dt.timedelta(days=2))
    assert node.books.notes.wrong == [(first, first + 2)]
    at = AT + dt.timedelta(days=3)
    (entry,) = node.take([said("payment", pay("P3"))], at).entries.values()
    assert node.ledger.entry(entry).received_at == FAR
    local = at.astimezone(node.books.zone).replace(tzinfo=None)
    assert node.duck.rows("SELECT received_at FROM payment WHERE payment = 'P3'") == [(local,)]
    assert node.last_moment() == at
    assert codes(node.take([said("payment", pay("P4"))], FAR)) == {0: ["clock.jump"]}
    node.close()
    node = engine.open_node(tmp_path / "n")
    assert node.last_moment() == at
    assert node.take([said("payment", pay("P4"))], AT).refused == {}
    rebuilt(node, tmp_path / "n")


def test_a_pack_without_a_limit_lets_the_clock_jump_within_the_calendar(tmp_path: Path) -> None:
    """The engine itself knows only the calendar; how far a clock may jump is policy, and an overlay only tightens it."""
    node = small_node(tmp_path / "n")
    assert node.pack.clock_jump_days is None
    assert node.take([said("payment", pay("P1"))], FAR).refused == {}
    node.close()
