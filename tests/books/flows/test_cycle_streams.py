"""Streams of legs: a new party, a repeated leg and a late day make no difference."""

import numpy as np

from comptroller.books.flows.cycle_legs import patterns_of
from comptroller.books.flows.cycle_streams import FLOWS, Stream
from comptroller.store.duck import DuckDb
from tests.laws.worlds import pack


def legs(*rows: tuple[int, str, str, int, int]) -> str:
    """Return SQL for legs (fact, payer, payee, cents, day)."""
    cells = ", ".join(
        f"({fact}, '{a}', '{b}', 'L{fact}', {cents}, {day * 86_400}, '')" for fact, a, b, cents, day in rows
    )
    return f"SELECT * FROM (VALUES {cells}) AS v(fact, payer, payee, leg, cents, moment, goods)"


def test_each_flow_reads_its_kind() -> None:
    """The columns that a flow names exist in its kind, and a pattern has its parameters."""
    for flow, read in FLOWS.items():
        kind = pack("base").kinds[flow]
        assert {read.payer, read.payee, read.amount, read.leg} <= set(kind.columns)
    assert list(patterns_of(pack("base"), "payment")) == ["in_turn", "merged", "any_order"]
    assert list(patterns_of(pack("base"), "shipment")) == ["in_turn", "merged"]


def test_legs_come_go_and_come_back() -> None:
    """A leg is current as long as one fact is behind it; when it comes back, its circles are found again."""
    before = [(1, "A", "B", 100, 1), (2, "B", "A", 100, 2)]
    stream = Stream(DuckDb(), patterns_of(pack("base"), "payment")["in_turn"], {}, legs=legs(*before))
    assert stream.circles == [[[1], [2]]]
    assert stream.feed(legs((3, "A", "B", 100, 1))) == ([], [(3, 1)])
    stream.end(np.array([1]))
    stream.end(np.array([3]))
    stream._all = legs(before[1], (4, "A", "B", 100, 1))
    assert stream.feed(legs((4, "A", "B", 100, 1))) == ([[[4], [2]]], [])


def test_groups_are_one_party_each() -> None:
    """What goes out from one of a group and comes to another of it is a circle, of old parties and of new ones."""
    pattern = patterns_of(pack("base"), "payment")["merged"]
    stream = Stream(
        DuckDb(), pattern, {"A": "H", "C": "H", "D": "H"}, legs=legs((1, "A", "B", 100, 1), (2, "B", "C", 95, 2))
    )
    assert stream.circles == [[[1], [2]]]
    assert stream.feed(legs((3, "B", "D", 99, 3)))[0] == [[[1], [3]]]
