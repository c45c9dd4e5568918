"""The law of increments: in any order of arrival, the current findings are those of judging everything at once."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.evaluation.due import Due
from comptroller.evaluation.working_set import WorkingSet
from tests.laws.worlds import Row, World, facts, pack

_CUTS = st.lists(st.integers(0, 100), max_size=5)
_DAYS = st.dates(dt.date(2024, 4, 1), dt.date(2024, 12, 31))


def _batches(rows: list[tuple[str, Row]], cuts: list[int]) -> list[list[tuple[str, Row]]]:
    edges = sorted({0, len(rows), *(c % (len(rows) + 1) for c in cuts)})
    return [rows[a:b] for a, b in pairwise(edges)]


def _turns_at_once(of: str, rows: list[tuple[str, Row]], cuts: list[int], day: dt.date) -> list[tuple[object, ...]]:
    """Report rows in batches with a tick between; returns the changes when everything is then judged at once."""
    world = World.new(pack(of))
    batches = _batches(rows, cuts)
    for at, batch in enumerate(batches):
        world.say(batch)
        if at == len(batches) // 2:
            world.tick(day)
    return [(t.state, t.verdict.rule, t.verdict.subject) for t in world.evaluation.judge_all(world.said)]


@settings(max_examples=10)
@given(facts(16, of="small"), _CUTS, _DAYS)
def test_judging_everything_at_once_after_increments_turns_nothing(
    rows: list[tuple[str, Row]], cuts: list[int], day: dt.date
) -> None:
    """After any facts in any batches, with corrections, retractions and a tick, judging all at once changes no finding."""
    assert _turns_at_once("small", rows, cuts, day) == []


@settings(max_examples=3)
@given(facts(10), _CUTS, _DAYS)
def test_the_law_holds_for_the_rules_that_ship(rows: list[tuple[str, Row]], cuts: list[int], day: dt.date) -> None:
    """What holds for the small pack holds for the pack that is used."""
    assert _turns_at_once("cn-central", rows, cuts, day) == []


@settings(max_examples=5)
@given(facts(12, of="small"), _CUTS)
def test_any_batching_produces_the_same(rows: list[tuple[str, Row]], cuts: list[int]) -> None:
    """The same facts in one batch, one by one, and in random batches produce the same current findings."""
    worlds = []
    for batches in ([rows], [[row] for row in rows], _batches(rows, cuts)):
        world = World.new(pack("small"))
        for batch in batches:
            world.say(batch)
        worlds.append(world.standing(entries=False))
    assert worlds[0] == worlds[1] == worlds[2]


@settings(max_examples=5)
@given(st.data())
def test_the_order_of_independent_reports_does_not_matter(data: st.DataObject) -> None:
    """New facts with keys of their own, reported in another order, produce the same current findings."""
    rows = [(kind, {**row, "act": "state"}) for kind, row in data.draw(facts(12, of="small"))]
    keys = {name: pack("small").kinds[name].key for name in {k for k, _ in rows}}
    unique = list({(kind, *(row.get(c) for c in keys[kind])): (kind, row) for kind, row in rows}.values())
    unique = [(k, r) for k, r in unique if not (k == "entity" and r["entity"] == "B")]
    other = data.draw(st.permutations(unique))
    worlds = []
    for order in (unique, other):
        world = World.new(pack("small"))
        for row in order:
            world.say([row])
        worlds.append(world.standing(entries=False))
    assert worlds[0] == worlds[1]


def _payments() -> World:
    world = World.new(pack("small"))
    for name, day in (("P1", "2024-03-10"), ("P2", "2024-03-15")):
        paid = {"entity": "B", "payment": name, "amount": "5000", "payee": "S1", "matter": "M1", "paid_on": day}
        world.say([("payment", paid)])
    return world


def test_the_law_sees_a_forgotten_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that forgets what an ended fact had made due is caught."""
    take_in = WorkingSet.take_in
    monkeypatch.setattr(WorkingSet, "take_in", lambda self, added, _: take_in(self, added, {}))
    world = _payments()
    world.say([("payment", {"entity": "B", "payment": "P1", "act": "retract"})])
    assert world.evaluation.judge_all(world.said) != []


def test_the_law_sees_a_forgotten_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that forgets what a changed list touches is caught."""
    world = _payments()
    monkeypatch.setattr(WorkingSet, "_touched_dockets", lambda *_: np.empty(0, dtype=np.uint64))
    line = {"entity": "A", "list": "free_items", "item": "S1", "valid_from": "2024-03-01"}
    world.say([("entity", {"entity": "B", "name": "B", "parent": "A", "act": "correct"}), ("list_line", line)])
    assert world.evaluation.judge_all(world.said) != []


def test_the_law_sees_a_narrow_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that reads too few days around a change is caught."""
    world = _payments()
    due_of = WorkingSet.due

    def narrow(self: WorkingSet, *arguments: object) -> tuple[Due, set[str]]:
        due, everything = due_of(self, *arguments)  # type: ignore[arg-type]  # passed on as it came
        if due.spans is None:
            return due, everything
        dockets, starts, _ = due.spans
        return Due(due.dockets, due.tables, due.rules, (dockets, starts, starts), due.windows, due.whole), everything

    monkeypatch.setattr(WorkingSet, "due", narrow)
    paid = {"entity": "B", "payment": "P3", "amount": "5000", "payee": "S1", "matter": "M1", "paid_on": "2024-03-12"}
    world.say([("payment", paid)])
    assert world.evaluation.judge_all(world.said) != []
