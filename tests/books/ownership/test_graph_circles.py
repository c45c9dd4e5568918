"""Relations and circles as tables: small worlds by hand, and the law that moving the tables equals building them."""

import datetime as dt
from functools import lru_cache
from itertools import pairwise
from typing import Any

from hypothesis import given, settings, strategies as st

from comptroller.books import Books
from comptroller.books.ownership.queries import circles, search_limits
from comptroller.evaluation import Evaluation
from comptroller.model.policy import Pack
from comptroller.packs import gather_files, read_pack
from comptroller.store.duck import DuckDb
from tests.laws.worlds import PACKS, Row, World

TABLES = ("related", "trade_cycle", "guarantee_circle")
RULES = (
    "trade/payments_in_circles",
    "trade/payments_back_to_group",
    "trade/equal_sums_in_rings",
    "conduct/kin_business",
    "guarantees/circle",
)


@lru_cache(maxsize=1)
def few() -> Pack:
    """Return the pack with the rules alone that ask about relations and circles."""
    full_pack = read_pack(gather_files([PACKS], "cn-capital"), "cn-capital")
    rules = {name: rule for name, rule in full_pack.rules.items() if name.endswith(RULES)}
    assert len(rules) == len(RULES)
    return Pack(
        **{**{f: getattr(full_pack, f) for f in full_pack.__dataclass_fields__}, "rules": rules, "digest": "few"}
    )


def world() -> World:
    """Return an empty world under those rules, with entities A to D."""
    duck = DuckDb(memory="500MB")
    books = Books(duck, few(), owner="O", zone="UTC")
    scene = World(duck, books, Evaluation(duck, few()))
    scene.say([("entity", {"entity": item, "name": item}) for item in "ABCD"])
    return scene


def table(scene: World, name: str) -> list[tuple[Any, ...]]:
    """Return a table's rows in order."""
    return sorted(scene.duck.rows(f"SELECT * FROM {name}"), key=str)


def payment(payer: str, name: str, payee: str, amount: str, day: str, **fields: str) -> tuple[str, Row]:
    """Return a payment."""
    return "payment", {"entity": payer, "payment": name, "payee": payee, "amount": amount, "paid_on": day, **fields}


def test_a_circle_is_found_once_whatever_comes_last() -> None:
    """The legs of a circle in any order make one circle, which goes with any of its legs."""
    legs = [
        payment("A", "1", "B", "100", "2024-03-01"),
        payment("B", "2", "C", "99", "2024-03-02"),
        payment("C", "3", "A", "98", "2024-03-03"),
    ]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        scene = world()
        for at in order:
            scene.say([legs[at]])
        rows = scene.duck.rows("SELECT position, entity, payee FROM trade_cycle ORDER BY position")
        assert rows == [(1, "A", "B"), (2, "B", "C"), (3, "C", "A")]
        assert len(scene.standing()) == 3
        scene.say([("payment", {"entity": "B", "payment": "2", "act": "retract"})])
        assert table(scene, "trade_cycle") == []
        assert scene.standing() == set()


def test_a_search_that_is_cut_short_says_so() -> None:
    """A party with more payments within the window than are stored is named, once; no other is, and circles remain."""
    scene = world()
    crowd = [payment("A", f"c{n}", f"P{n}", f"{n + 1}", "2024-03-02") for n in range(4_110)]
    scene.say([payment("A", "1", "B", "100", "2024-03-01"), *crowd])
    entry = scene.duck.rows("SELECT max(fact) >> 20 FROM payment")[0][0]
    limits = "SELECT DISTINCT entity, flow, reached, leg, entry FROM search_limit"
    assert scene.duck.rows(limits) == [("A", "payment", "crowded", None, entry)]
    scene.say([payment("C", "3", "D", "98", "2024-03-03"), payment("D", "4", "C", "98", "2024-03-04")])
    assert scene.duck.rows(limits) == [("A", "payment", "crowded", None, entry)]
    assert scene.duck.rows("SELECT entity FROM trade_cycle ORDER BY 1") == [("C",), ("D",)]
    assert (search_limits(scene.books, "A"), search_limits(scene.books, "B")) == (3, 0)


def test_a_circle_far_behind_the_stream_is_found() -> None:
    """A payment dated far ahead does not hide the circles of earlier days."""
    scene = world()
    scene.say([payment("A", "9", "D", "5", "2099-01-01"), payment("A", "1", "B", "100", "2024-03-01")])
    scene.say([payment("B", "2", "A", "100", "2024-03-02")])
    assert scene.duck.rows("SELECT entity FROM trade_cycle ORDER BY 1") == [("A",), ("B",)]


def test_legs_alike_are_one_leg() -> None:
    """Payments of one pair, day and sum are one leg, each with its row, until the last of them ends."""
    scene = world()
    scene.say([payment("A", "1", "B", "100", "2024-03-01"), payment("A", "2", "B", "100", "2024-03-01")])
    scene.say([payment("B", "3", "A", "99", "2024-03-02")])
    scene.say([payment("A", "4", "B", "100", "2024-03-01")])
    sql = "SELECT position, leg FROM trade_cycle ORDER BY position, leg"
    assert scene.duck.rows(sql) == [(1, "1"), (1, "2"), (1, "4"), (2, "3")]
    for item in "12":
        scene.say([("payment", {"entity": "A", "payment": item, "act": "retract"})])
    assert scene.duck.rows(sql) == [(1, "4"), (2, "3")]
    scene.say([("payment", {"entity": "A", "payment": "4", "act": "retract"})])
    assert scene.duck.rows(sql) == []
    scene.say([payment("A", "5", "B", "100", "2024-03-01")])
    assert scene.duck.rows(sql) == [(1, "5"), (2, "3")]


def test_money_back_to_the_control_group() -> None:
    """What one firm pays and a sister gets back is a circle from the day that one party controls both, and no longer."""
    scene = world()
    scene.say([payment("A", "1", "B", "100", "2024-03-01"), payment("B", "2", "C", "95", "2024-03-09")])
    sql = "SELECT pattern, position, entity, payee FROM trade_cycle ORDER BY position"
    assert scene.duck.rows(sql) == []
    shared = {"share_pct": "60", "valid_from": "2024-01-01"}
    scene.say([("stake", {"holder": "k", "entity": "A", **shared})])
    scene.say([("stake", {"holder": "k", "entity": "C", **shared})])
    assert scene.duck.rows(sql) == [("merged", 1, "A", "B"), ("merged", 2, "B", "C")]
    assert {rule.rsplit("/", 1)[-1] for rule, *_ in scene.standing()} == {"payments_back_to_group"}
    scene.say([("stake", {"holder": "k", "entity": "C", "act": "retract", "valid_from": "2024-01-01"})])
    assert scene.duck.rows(sql) == []
    assert scene.standing() == set()


def test_control_that_turned_before_a_firm_first_traded_counts() -> None:
    """Firms that came under one hand while no payment named them are one party when the first ones do."""
    scene = world()
    scene.say([payment("B", "0", "D", "7", "2024-02-01")])
    scene.say([("stake", {"holder": "k", "entity": e, "share_pct": "60", "valid_from": "2024-01-01"}) for e in "AC"])
    scene.say([payment("A", "1", "B", "100", "2024-03-01"), payment("B", "2", "C", "95", "2024-03-09")])
    sql = "SELECT pattern, position, entity, payee FROM trade_cycle ORDER BY position"
    assert scene.duck.rows(sql) == [("merged", 1, "A", "B"), ("merged", 2, "B", "C")]


def test_circles_are_told_as_of_then() -> None:
    """A circle is there from the day that its last leg is paid, and from the entry that makes that leg known."""
    scene = world()
    scene.say([payment("A", "1", "B", "100", "2024-03-01"), payment("A", "2", "B", "100", "2024-03-01")])
    scene.say([payment("B", "3", "A", "99", "2024-03-05")])
    full_pack = circles(scene.books, "A", None, None)
    assert [(c["flow"], c["pattern"], len(c["legs"])) for c in full_pack] == [("payment", "in_turn", 3)]
    assert circles(scene.books, "C", None, None) == []
    assert circles(scene.books, "", dt.date(2024, 3, 4), None) == []
    assert circles(scene.books, "", dt.date(2024, 3, 5), None) == full_pack
    entries = sorted(fact >> 20 for (fact,) in scene.duck.rows("SELECT fact FROM payment"))
    assert circles(scene.books, "", None, entries[-2]) == []
    assert circles(scene.books, "", None, entries[-1]) == full_pack


def test_equal_sums_in_any_order() -> None:
    """A ring of the same sum is found though its legs came in no order; in order of time it is the other
    pattern alone.
    """
    scene = world()
    legs = [("A", "1", "B", "2024-03-01"), ("C", "2", "A", "2024-04-05"), ("B", "3", "C", "2024-06-09")]
    scene.say([payment(payer, name, payee, "88.80", day) for payer, name, payee, day in legs])
    scene.say([payment("D", "1", "A", "7", "2024-03-01"), payment("A", "9", "D", "7", "2024-03-02")])
    sql = "SELECT pattern, count(*) FROM trade_cycle GROUP BY 1 ORDER BY 1"
    assert scene.duck.rows(sql) == [("any_order", 3), ("in_turn", 2)]


_party = st.sampled_from("ABCD")
_act = st.sampled_from(["state", "state", "state", "correct", "retract"])
_day = st.sampled_from(["2024-01-01", "2024-01-02", "2024-01-20", "2024-03-25"])
_until = st.sampled_from(["", "2024-02-01"])
_fact = st.one_of(
    st.tuples(
        st.just("payment"),
        st.fixed_dictionaries(
            {
                "act": _act,
                "entity": _party,
                "payment": st.sampled_from("1234"),
                "payee": _party,
                "amount": st.sampled_from(["100", "95", "50"]),
                "paid_on": st.one_of(_day, st.sampled_from(["2060-01-01", "1990-01-01"])),
            }
        ),
    ),
    st.tuples(
        st.just("stake"),
        st.fixed_dictionaries(
            {
                "act": _act,
                "holder": st.sampled_from("ABCk"),
                "entity": _party,
                "share_pct": st.sampled_from(["60", "30"]),
                "valid_from": st.just("2024-01-01"),
            }
        ),
    ),
    st.tuples(
        st.just("guarantee"),
        st.fixed_dictionaries(
            {
                "act": _act,
                "entity": _party,
                "guarantee": st.sampled_from("12"),
                "debtor": _party,
                "amount_cny": st.just("1"),
                "valid_from": st.just("2024-01-01"),
                "valid_until": _until,
            }
        ),
    ),
    st.tuples(
        st.just("relation"),
        st.fixed_dictionaries(
            {
                "act": _act,
                "left_party": st.sampled_from("mkX"),
                "right_party": st.sampled_from("YZX"),
                "relation": st.sampled_from(["kin", "controls"]),
                "valid_from": st.just("2024-01-01"),
                "valid_until": _until,
            }
        ).filter(lambda row: row["left_party"] != row["right_party"]),
    ),
    st.tuples(
        st.just("contract"),
        st.fixed_dictionaries(
            {
                "act": _act,
                "entity": _party,
                "contract": st.just("C"),
                "counterparty": st.sampled_from("XYZABD"),
                "signed_on": _day,
            }
        ),
    ),
    st.tuples(
        st.just("entity"),
        st.fixed_dictionaries(
            {
                "act": st.just("correct"),
                "entity": _party,
                "name": st.just("N"),
                "form": st.sampled_from(["", "public_body", "private"]),
            }
        ),
    ),
)


@settings(max_examples=6, deadline=None)
@given(facts=st.lists(_fact, max_size=16), cuts=st.lists(st.integers(0, 16), max_size=4))
def test_moved_equals_built(facts: list[tuple[str, Row]], cuts: list[int]) -> None:
    """After any facts in any batches the tables are those that new books would build, and nothing turns that was judged."""
    scene = world()
    rows = [(kind, {k: v for k, v in row.items() if v}) for kind, row in facts]
    edges = sorted({0, len(rows), *(c for c in cuts if c < len(rows))})
    for low, high in pairwise(edges):
        scene.say(rows[low:high])
    assert scene.evaluation.judge_all(scene.said) == []
    moved = {name: table(scene, name) for name in TABLES}
    scene.books.graph.rebuild(99)
    assert {name: table(scene, name) for name in TABLES} == moved
    scene.duck.close()
