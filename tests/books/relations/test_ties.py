"""Ties and ways: each way is one that the list allows, and adding and ending ties equals reading them afresh."""

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings, strategies as st

from comptroller.books.relations.ties import HUB, LIST, RelationTies
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb
from tests.laws.worlds import pack

_DUCK = DuckDb()
PARTIES = ["A", "B", "C", "D", "E"]
WAYS = {"controls": "firm", "kin controls": "kin_firm", "holds_post": "office", "held_by holds": "sister"}
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=30 * n) for n in range(5)]
TieRow = tuple[str, str, str, dt.date | None, dt.date | None, int]
days = st.sampled_from([None, *DAYS])
ties_drawn = st.lists(
    st.tuples(
        st.sampled_from(PARTIES), st.sampled_from(PARTIES), st.sampled_from(["controls", "kin", "holds"]), days, days
    ),
    max_size=9,
).map(lambda rows: [(*row, fact) for fact, row in enumerate(rows, 1) if row[0] != row[1]])


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
        for left, right, name, since, until, _ in rows
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
    going = [row for row in rows if row[-1] in ended]
    assert moved.end(going) == {party for row in going for party in row[:2]}
    built = relations([row for row in rows if row[-1] not in ended])
    for start in PARTIES:
        assert sorted(moved.ways(start, 2)[0]) == sorted(built.ways(start, 2)[0])


@settings(deadline=None)
@given(ties_drawn, st.sampled_from(PARTIES), st.integers(0, 4))
def test_near_parties_are_those_within_the_steps(rows: list[TieRow], start: str, steps: int) -> None:
    """Widening a set of parties by their ties, step by step, reaches the same parties."""
    wanted = {start}
    for _ in range(steps):
        wanted |= {b for left, right, *_ in rows for a, b in ((left, right), (right, left)) if a in wanted}
    assert relations(rows).near({start}, steps) == wanted


def test_a_hub_is_named_and_not_walked_through() -> None:
    """A party with more ties than the list allows ends a way, but begins its own."""
    rows: list[TieRow] = [("A", "H", "kin", None, None, 1)]
    rows += [("H", name, "controls", None, None, n) for n, name in enumerate("BCD", 2)]
    ways, hubs = relations(rows, hub=3).ways("A", 2)
    assert (ways, hubs) == ([], {"H"})
    assert {way.party for way in relations(rows, hub=4).ways("A", 2)[0]} == {"B", "C", "D"}
    assert {way.party for way in relations(rows, hub=3).ways("H", 1)[0]} == {"B", "C", "D"}


def test_around_has_each_category_once_on_the_day() -> None:
    """Of several ways to a party in one category the shortest path counts, and only ways that hold on the day."""
    rows: list[TieRow] = [
        ("A", "B", "controls", None, DAYS[2], 1),
        ("A", "K", "kin", None, None, 2),
        ("A", "L", "kin", None, None, 3),
        ("K", "B", "controls", None, None, 4),
        ("L", "B", "controls", None, None, 5),
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
    ties = relations([("A", "B", "controls", None, None, 1)], day=DAYS[0] - dt.timedelta(days=1))
    assert ties.most_steps == 0
    assert ties.around("A", 2) == ([], [])
    assert ties.knows("A")
    assert not ties.knows("Z")
