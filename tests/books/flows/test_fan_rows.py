"""Fans as rows: moving them equals building them, and hubs are passed over."""

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from hypothesis import given, settings, strategies as st

from comptroller.books.flows.fan_rows import FanRows
from comptroller.model.policy import Pack
from comptroller.packs import gather_files, read_pack
from tests.laws.worlds import PACKS, Row, World


@lru_cache(maxsize=1)
def few() -> Pack:
    """Return the pack with the rules of fans alone, with few enough others to be met by chance."""
    full_pack = read_pack(gather_files([PACKS], "cn-capital"), "cn-capital")
    rules = {name: rule for name, rule in full_pack.rules.items() if "flow_fan" in rule.references}
    assert len(rules) == 3
    reported = {"fan_peers_min": 2, "fan_peers_max": 3}
    params = {
        name: replace(param, values=tuple(replace(v, value=reported[name]) for v in param.values))
        if name in reported
        else param
        for name, param in full_pack.params.items()
    }
    return replace(full_pack, rules=rules, params=params, digest="fans")


def payment(payer: str, name: str, payee: str, day: int, amount: str = "100", act: str = "state") -> tuple[str, Row]:
    """Return a payment in March."""
    row = {
        "entity": payer,
        "payment": name,
        "payee": payee,
        "amount": amount,
        "paid_on": f"2024-03-{day:02}",
        "act": act,
    }
    return "payment", row


def world() -> World:
    """Return an empty world with entities A to E."""
    scene = World.new(few())
    scene.say([("entity", {"entity": item, "name": item}) for item in "ABCDE"])
    return scene


def table(scene: World) -> list[tuple[Any, ...]]:
    """Return the rows in order."""
    return sorted(scene.duck.rows("SELECT * FROM flow_fan"), key=str)


def test_a_fan_grows_goes_and_is_a_hub_at_last() -> None:
    """Two payers alike within days are a fan, a third belongs to it, a fifth makes a hub, and what ends leaves."""
    scene = world()
    scene.say([payment("A", "1", "X", 1), payment("B", "1", "X", 3), payment("C", "1", "X", 20)])
    sql = "SELECT DISTINCT shape, centre, peers, total FROM flow_fan"
    assert [(s, c, p, str(t)) for s, c, p, t in scene.duck.rows(sql)] == [("fan_in", "X", 2, "200.00")]
    scene.say([payment("C", "2", "X", 4)])
    assert [row[2] for row in scene.duck.rows(sql)] == [3]
    assert {rule.rsplit("/", 1)[-1] for rule, *_ in scene.standing()} == {"many_to_one"}
    then = FanRows(scene.duck, few()).rows_as_of(dt.date(2024, 3, 3), 1 << 30)
    assert set(then.column("peers").to_pylist()) == {2}
    scene.say([payment("D", "1", "X", 4)])
    assert table(scene) == []
    scene.say([payment("D", "1", "X", 4, act="retract")])
    assert [row[2] for row in scene.duck.rows(sql)] == [3]


def test_a_fan_of_split_sums_alone() -> None:
    """Where payments must be repeated on a day, only what is split counts; a second payment of the day makes it so."""
    pack = few()
    often = pack.params["fan_repeats_min"]
    twice = replace(often, values=tuple(replace(v, value=2) for v in often.values))
    scene = World.new(replace(pack, params={**pack.params, "fan_repeats_min": twice}, digest="split"))
    scene.say([("entity", {"entity": item, "name": item}) for item in "AB"])
    scene.say([payment("A", "1", "X", 1), payment("B", "1", "X", 3), payment("A", "2", "X", 1)])
    assert table(scene) == []
    scene.say([payment("B", "2", "X", 3), payment("B", "3", "X", 4)])
    assert {row[9] for row in table(scene)} == {"1", "2"}


_party = st.sampled_from("ABCDE")
_fact = st.builds(
    payment,
    _party,
    st.sampled_from("12"),
    _party,
    st.sampled_from([1, 2, 5, 9, 20]),
    st.sampled_from(["100", "101", "300"]),
    st.sampled_from(["state", "state", "correct", "retract"]),
)


@settings(max_examples=5, deadline=None)
@given(facts=st.lists(_fact, max_size=14), cuts=st.lists(st.integers(0, 14), max_size=3))
def test_moved_equals_built(facts: list[tuple[str, Row]], cuts: list[int]) -> None:
    """After any payments in any batches the table is what new books would build, and nothing turns that was judged."""
    scene = world()
    for low, high in pairwise(sorted({0, len(facts), *(c for c in cuts if c < len(facts))})):
        scene.say(facts[low:high])
    assert scene.evaluation.judge_all(scene.said) == []
    moved = table(scene)
    scene.books.graph.rebuild(99)
    assert table(scene) == moved
