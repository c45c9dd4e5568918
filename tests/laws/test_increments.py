"""The law of increments: however facts come, what stands is what judging everything at once gives."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.worlds import Row, World, facts, pack

_SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def _batches(rows: list[tuple[str, Row]], cuts: list[int]) -> list[list[tuple[str, Row]]]:
    edges = sorted({0, len(rows), *(c % (len(rows) + 1) for c in cuts)})
    return [rows[a:b] for a, b in zip(edges, edges[1:], strict=False)]


@_SLOW
@given(facts(), st.lists(st.integers(0, 100), max_size=6), st.dates(dt.date(2024, 7, 1), dt.date(2024, 12, 31)))
def test_judging_everything_at_once_after_increments_turns_nothing(
    rows: list[tuple[str, Row]], cuts: list[int], day: dt.date
) -> None:
    """After any facts in any batches, with corrections, retractions and a tick, judging all at once changes no finding."""
    world = World.new(pack("cn-central"))
    batches = _batches(rows, cuts)
    for at, batch in enumerate(batches):
        world.say(batch)
        if at == len(batches) // 2:
            world.tick(day)
    turns = world.watch.judge_all(world.said)
    assert [(t.state, t.verdict.rule, t.verdict.subject) for t in turns] == []


@_SLOW
@given(facts(), st.lists(st.integers(0, 100), max_size=6))
def test_any_batching_gives_the_same(rows: list[tuple[str, Row]], cuts: list[int]) -> None:
    """The same facts in one batch, one by one, and in random batches give the same standing findings."""
    worlds = []
    for batches in ([rows], [[row] for row in rows], _batches(rows, cuts)):
        world = World.new(pack("base"))
        for batch in batches:
            world.say(batch)
        worlds.append(world.standing(entries=False))
    assert worlds[0] == worlds[1] == worlds[2]


@_SLOW
@given(st.data())
def test_the_order_of_independent_reports_does_not_matter(data: st.DataObject) -> None:
    """New facts with keys of their own, said in another order, give the same standing findings."""
    rows = [(kind, {**row, "act": "state"}) for kind, row in data.draw(facts())]
    keys = {name: pack("base").kinds[name].key for name in {k for k, _ in rows}}
    unique = list({(kind, *(row.get(c) for c in keys[kind])): (kind, row) for kind, row in rows}.values())
    unique = [(k, r) for k, r in unique if not (k == "entity" and r["entity"] == "B")]
    other = data.draw(st.permutations(unique))
    worlds = []
    for order in (unique, other):
        world = World.new(pack("base"))
        for row in order:
            world.say([row])
        worlds.append(world.standing(entries=False))
    assert worlds[0] == worlds[1]


def test_the_law_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that forgets what an ended fact had made due is caught by the law."""
    from comptroller.watch.holding import Changes, Holding

    whole = Holding.take_in
    monkeypatch.setattr(Holding, "take_in", lambda self, added, ended: Changes(dict(whole(self, added, {}).parts)))
    world = World.new(pack("base"))
    paid = {"entity": "A", "payment": "P1", "amount": "1", "currency": "CNY", "matter": "M1", "paid_at": "2024-05-01T10:00:00"}
    world.say([("payment", paid)])
    world.say([("payment", {"entity": "A", "payment": "P1", "act": "retract"})])
    assert world.watch.judge_all(world.said) != []
