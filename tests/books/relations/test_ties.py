"""Ties and ways: each way is one that the list allows, and adding and ending ties equals reading them afresh."""

import datetime as dt
import sys
from dataclasses import replace
from random import Random

from hypothesis import given, settings, strategies as st

from comptroller.books.relations.ties import HUB, LIST, RelationTies
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb
from tests.laws.worlds import pack

_DUCK = DuckDb()
PARTIES = ["A", "B", "C", "D", "E"]
WAYS = {"controls": "firm", "kin controls": "kin_firm", "holds_post": "office", "held_by holds": "sister"}
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=30 * n) for n in range(5)]
TieRow = tuple[str, str, str, dt.date | None, dt.date | None, int, float | None]
days = st.sampled_from([None, *DAYS])
ties_drawn = st.lists(
    st.tuples(
        st.sampled_from(PARTIES), st.sampled_from(PARTIES), st.sampled_from(["controls", "kin", "holds"]), days, days
    ),
    max_size=9,
).map(lambda rows: [(*row, fact, None) for fact, row in enumerate(rows, 1) if row[0] != row[1]])


def policy(hub: int = 1000) -> Pack:
    """Return a pack without facts, and with these ways."""
    base = pack("base")
    line = pack("cn-capital").lists[LIST].lines[0]
    lines = [replace(line, item=item, body=body, valid_from=DAYS[0], valid_until=None) for item, body in WAYS.items()]
    lines.append(replace(line, item=HUB, position=hub, valid_from=DAYS[0], valid_until=None))
    listed = replace(pack("cn-capital").lists[LIST], lines=tuple(lines))
    return replace(base, kinds={}, lists={LIST: listed})


def relations(rows: list[TieRow], hub: int = 1000, day: dt.date | None = None) -> RelationTies:
    """Return ties of those rows."""
    ties = RelationTies(_DUCK, policy(hub), day)
    ties.add("relation", rows)
    return ties


def by_definition(rows: list[TieRow], start: str) -> set[tuple[str, str, dt.date, dt.date]]:
    """Return the ways from a party by trying every pair of ties: party, category and days."""
    back = {"controls": "controlled_by", "kin": "kin", "holds": "held_by"}
    ends = [
        (one, other, word, since or dt.date.min, until or dt.date.max)
        for left, right, name, since, until, *_ in rows
        for one, other, word in ((left, right, name), (right, left, back[name]))
    ]
    ways = {(b, WAYS[w], since, until) for a, b, w, since, until in ends if a == start and w in WAYS and since < until}
    for a, b, first, since, until in ends:
        for c, d, second, opens, closes in ends:
            period = max(since, opens), min(until, closes)
            if a == start and b == c and d != start and f"{first} {second}" in WAYS and period[0] < period[1]:
                ways.add((d, WAYS[f"{first} {second}"], *period))
    return {way for way in ways if way[0] != start}


@settings(max_examples=150, deadline=None)
@given(ties_drawn, st.sampled_from(PARTIES))
def test_ways_are_those_of_the_definition(rows: list[TieRow], start: str) -> None:
    """Every way walks ties that the list allows, on the days common to them; and every such way is returned."""
    ways, hubs = relations(rows).ways(start, 2)
    assert hubs == set()
    assert {(w.party, w.category, w.since, w.until) for w in ways} == by_definition(rows, start)
    for way in ways:
        assert " ".join(tie.how for tie in way.ties) in WAYS
        assert way.path(start).split(">")[0] == start
        assert way.path(start).split(">")[-1] == way.party
        assert way.since == max(tie.since for tie in way.ties)
        assert way.until == min(tie.until for tie in way.ties)


@settings(max_examples=100, deadline=None)
@given(ties_drawn, st.sets(st.integers(1, 9)))
def test_ties_that_ended_leave_nothing(rows: list[TieRow], ended: set[int]) -> None:
    """Adding ties and ending some equals adding the others; the parties at the ends are returned."""
    moved = relations(rows)
    going = [row for row in rows if row[-2] in ended]
    assert moved.end("relation", going) == {party for row in going for party in row[:2]}
    built = relations([row for row in rows if row[-2] not in ended])
    for start in PARTIES:
        assert sorted(moved.ways(start, 2)[0]) == sorted(built.ways(start, 2)[0])


@settings(max_examples=150, deadline=None)
@given(ties_drawn, st.sampled_from(PARTIES))
def test_starts_are_all_with_a_way_to_a_party(rows: list[TieRow], party: str) -> None:
    """A way that touches a party begins at one of that party's starts: when the party changes, the way is read again."""
    ties = relations(rows)
    starts = ties.starts({party})
    for start in PARTIES:
        if any(party in {start, *(tie.other for tie in way.ties)} for way in ties.ways(start, 2)[0]):
            assert start in starts


def test_a_hub_is_named_and_not_walked_through() -> None:
    """A party with more ties than the list allows ends a way, but begins its own."""
    rows: list[TieRow] = [("A", "H", "kin", None, None, 1, None)]
    rows += [("H", name, "controls", None, None, n, None) for n, name in enumerate("BCD", 2)]
    ways, hubs = relations(rows, hub=3).ways("A", 2)
    assert (ways, hubs) == ([], {"H"})
    assert {way.party for way in relations(rows, hub=4).ways("A", 2)[0]} == {"B", "C", "D"}
    assert {way.party for way in relations(rows, hub=3).ways("H", 1)[0]} == {"B", "C", "D"}


def test_around_has_each_category_once_on_the_day() -> None:
    """Of several ways to a party in one category the shortest path counts, and only ways that hold on the day."""
    rows: list[TieRow] = [
        ("A", "B", "controls", None, DAYS[2], 1, None),
        ("A", "K", "kin", None, None, 2, None),
        ("A", "L", "kin", None, None, 3, None),
        ("K", "B", "controls", None, None, 4, None),
        ("L", "B", "controls", None, None, 5, None),
    ]
    early, hubs = relations(rows, day=DAYS[1]).around("A", 2)
    assert hubs == []
    assert [(r["party"], r["category"], r["path"], r["facts"]) for r in early] == [
        ("B", "firm", "A>controls>B", [1]),
        ("B", "kin_firm", "A>kin>K>controls>B", [2, 4]),
    ]
    late, _ = relations(rows, day=DAYS[2]).around("A", 2)
    assert [(r["category"], r["steps"]) for r in late] == [("kin_firm", 2)]


def test_the_list_of_another_day_allows_nothing() -> None:
    """Ways count only while their line is in force."""
    ties = relations([("A", "B", "controls", None, None, 1, None)], day=DAYS[0] - dt.timedelta(days=1))
    assert ties.most_steps == 0
    assert ties.around("A", 2) == ([], [])
    assert ties.knows("A")
    assert not ties.knows("Z")


GROUP: dict[str, tuple[str, float | None]] = {
    "controlled_by+": ("controller", None), "controls+": ("firm", None), "controlled_by+ controls+": ("sister", None),
    "controlled_by+ officer kin": ("kin", None), "held_by": ("holder", 5.0),
}  # fmt: skip


def of_group(*rows: tuple[str, str, float | None], bodies: tuple[str, ...] = ()) -> RelationTies:
    """Return ties of stakes (holder, company, share), under ways of control at every remove."""
    cn = pack("cn-capital")
    line = cn.lists[LIST].lines[0]
    lines = [replace(line, item=item, body=body, share_pct=least) for item, (body, least) in GROUP.items()]
    lists = {LIST: replace(cn.lists[LIST], lines=tuple(lines)), "control": cn.lists["control"]}
    ties = RelationTies(_DUCK, replace(pack("base"), kinds={}, lists=lists), None)
    ties.add("stake", [(a, b, "holds", None, None, n, share) for n, (a, b, share) in enumerate(rows, 1)])
    ties.add("entity", [(body, None, "public_body", None, None, 100 + n, None) for n, body in enumerate(bodies)])
    return ties


def related_to(ties: RelationTies, start: str) -> set[tuple[str, str]]:
    """Return the related parties and their categories."""
    return {(way.party, way.category) for way in ties.ways(start, ties.most_steps)[0]}


def test_control_is_followed_at_every_remove() -> None:
    """In a chain of wholly owned firms the last is related to each above it, and to each beside it."""
    chain = of_group(("A", "B", 100.0), ("B", "C", 100.0), ("C", "D", 100.0), ("A", "S", 51.0))
    assert related_to(chain, "D") == {
        ("C", "controller"), ("B", "controller"), ("A", "controller"), ("S", "sister"), ("C", "holder"),
    }  # fmt: skip
    assert {party for party, category in related_to(chain, "A") if category == "firm"} == {"B", "C", "D", "S"}


def test_half_gives_no_control_and_an_unknown_share_no_relation() -> None:
    """Exactly half gives no control, less than the least share no holder, and a share that is not known neither."""
    ties = of_group(("A", "B", 50.0), ("X", "B", 5.0), ("Y", "B", 4.99), ("Z", "B", None))
    assert related_to(ties, "B") == {("A", "holder"), ("X", "holder")}


def test_enterprises_of_one_state_are_not_related_by_it() -> None:
    """The owner's body controls both firms; that alone makes them no sisters, and its own relation stays."""
    ties = of_group(("CITY", "G", 100.0), ("CITY", "H", 100.0), ("G", "A", 100.0), ("G", "B", 100.0), bodies=("CITY",))
    assert ("H", "sister") not in related_to(ties, "G")
    assert ("CITY", "controller") in related_to(ties, "A")
    assert ("B", "sister") in related_to(ties, "A")
    ties.end("entity", [("CITY", None, "public_body", None, None, 100, None)])
    assert ("H", "sister") in related_to(ties, "G"), "a private holder of both makes them sisters"


def test_relatives_of_a_controllers_officers_are_found() -> None:
    """An officer of the parent has a relative: the parent's subsidiary is related to that person."""
    ties = of_group(("A", "B", 80.0), ("B", "C", 80.0))
    ties.add("post", [("p", "A", "holds_post", None, None, 50, None)])
    ties.add("relation", [("p", "q", "kin", None, None, 51, None)])
    assert ("q", "kin") in related_to(ties, "C")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES), st.sampled_from([4.0, 30.0, 51.0, 100.0])),
        max_size=8,
    )
)
def test_controllers_are_all_above_by_majorities(rows: list[tuple[str, str, float | None]]) -> None:
    """The controllers of a party are those that majority stakes lead up to, however far, by a chain without a return."""
    rows = [row for row in rows if row[0] != row[1]]
    ties = of_group(*rows)
    for start in PARTIES:
        above: set[str] = set()
        waiting = [start]
        while waiting:
            party = waiting.pop()
            found = {a for a, b, share in rows if b == party and (share or 0) > 50} - above - {start}
            above |= found
            waiting += found
        assert {party for party, category in related_to(ties, start) if category == "controller"} == above


def test_ways_stay_few_where_all_parties_control_each_other() -> None:
    """Of thirty parties that all control each other each pair has one way up, one down and one across, at once.

    Every path counted would be more than can be walked: a report of dense ties cannot stop a node.
    """
    parties = [f"P{n:02d}" for n in range(30)]
    rows = [(a, b, 100.0) for a in parties for b in parties if a != b]
    ways = of_group(*rows).ways("P00", sys.maxsize)[0]
    assert {(way.party, way.category) for way in ways} >= {(p, c) for p in parties[1:] for c in ("controller", "firm")}
    assert len(ways) <= 4 * len(parties)


@settings(max_examples=60, deadline=None)
@given(ties_drawn, st.randoms(use_true_random=False), st.sampled_from(PARTIES))
def test_the_order_of_ties_changes_no_way(rows: list[TieRow], order: Random, start: str) -> None:
    """Ties that came in another order make the same ways, also where ties may be walked again."""
    shuffled = order.sample(rows, len(rows))
    one, other = of_group(), of_group()
    one.add("relation", rows)
    other.add("relation", shuffled)
    assert sorted(one.ways(start, sys.maxsize)[0]) == sorted(other.ways(start, sys.maxsize)[0])


@settings(max_examples=100, deadline=None)
@given(ties_drawn, st.sampled_from(PARTIES), st.sampled_from(DAYS))
def test_controllers_of_a_day_are_those_of_the_ties_of_that_day(rows: list[TieRow], start: str, day: dt.date) -> None:
    """Leaving out ways that a shorter one covers loses no party: on each day every controller up the ties is found."""
    ties = of_group()
    ties.add("relation", rows)
    found = {
        way.party
        for way in ties.ways(start, sys.maxsize)[0]
        if way.category == "controller" and way.since <= day < way.until
    }
    holding = [
        (a, b)
        for a, b, how, since, until, *_ in rows
        if how == "controls" and (since or day) <= day < (until or dt.date.max)
    ]
    above, waiting = set[str](), [start]
    while waiting:
        party = waiting.pop()
        fresh = {a for a, b in holding if b == party} - above - {start}
        above |= fresh
        waiting += fresh
    assert found == above
