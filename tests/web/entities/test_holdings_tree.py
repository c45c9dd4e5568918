"""The tree of holdings: page by page, to the last level, down to one entity; circles end."""

import datetime as dt
import re

import pytest

from comptroller.web.entities import holdings_tree
from tests.consoles import open_desk, sign_in
from tests.web.visits import visit_for

DAY = dt.date(2024, 6, 30)
MANY, DEEP = 60, 12


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """Yield a console where G1 holds sixty siblings, the first of them a chain of twelve that ends in a circle."""
    server = open_desk(tmp_path_factory.mktemp("tree"))
    codes = [f"T{n:02d}" for n in range(MANY)] + [f"D{n:02d}" for n in range(DEEP)]
    since = {"valid_from": "2020-01-01"}
    server.outcome_of(
        server.report("entity", [since | {"entity": c, "parent": "G1", "name": f"Firm {c}"} for c in codes])
    )
    edges = [("G1", f"T{n:02d}", 100 - n) for n in range(MANY)] + [("T59", "D00", 60)]
    edges += [(f"D{n:02d}", f"D{n + 1:02d}", 55) for n in range(DEEP - 1)] + [("D11", "D03", 5)]
    server.outcome_of(
        server.report(
            "stake", [since | {"holder": h, "entity": e, "share_pct": str(s), "mode": "direct"} for h, e, s in edges]
        )
    )
    yield server
    server.stop()


def walk(branch):
    """Yield each branch below, with its depth."""
    for child in branch.children:
        yield 1, child
        for depth, one in walk(child):
            yield depth + 1, one


def test_brothers_come_page_by_page(held):
    """The largest first; each page continues after the last, and all come once."""
    visit, seen, after = visit_for(held, "supervisor"), [], 0
    while after < MANY:
        rows, rest = holdings_tree.branches(visit, "G1", ["G1"], DAY, after=after)["G1"]
        seen += [one.entity for one in rows]
        after += holdings_tree.BROTHERS
        assert rest == max(0, MANY - after)
    assert seen == [f"T{n:02d}" for n in range(MANY)]


def test_edges_say_share_and_basis(held):
    """A share above half controls, a smaller one does not; the root's effective share is the product."""
    rows, _ = holdings_tree.branches(visit_for(held, "supervisor"), "G1", ["G1"], DAY, most=MANY)["G1"]
    by = {one.entity: one for one in rows}
    assert (by["T00"].share_pct, by["T00"].basis) == (100, "direct")
    assert (by["T59"].share_pct, by["T59"].basis, by["T59"].below) == (41, "", 1)


def test_a_tree_opens_to_the_last_level_and_a_circle_ends(held):
    """Every reachable entity is in the tree; an entity above itself is repeated and not opened."""
    top = holdings_tree.grown(visit_for(held, "supervisor"), "G1", DAY, depth=99)
    told = [(depth, one.entity, one.is_again) for depth, one in walk(top)]
    assert len(told) == MANY + DEEP + 1
    assert max(depth for depth, *_ in told) == DEEP + 2
    assert [one for one in told if one[2]] == [(DEEP + 2, "D03", True)]


def test_one_that_is_looked_for_is_opened_beyond_the_first_page(held):
    """The path to it and itself are open though its ancestor is the sixtieth sibling; nothing else is."""
    visit = visit_for(held, "supervisor")
    assert [way[-1] for way in holdings_tree.search(visit, "G1", "firm d05", DAY)] == ["D05"]
    assert holdings_tree.ways(visit, "G1", ["D01", "B"], DAY) == {"D01": ["G1", "T59", "D00", "D01"]}
    top = holdings_tree.grown(visit, "G1", DAY, find="D01")
    found = [(depth, one.entity) for depth, one in walk(top) if one.is_hit]
    assert found == [(3, "D01")]
    assert {one.entity for depth, one in walk(top) if depth > 1} == {"D00", "D01", "D02"}


def test_nothing_is_held_before_it_was(held):
    """The tree of a day before the stakes is empty."""
    visit = visit_for(held, "supervisor")
    assert holdings_tree.grown(visit, "G1", dt.date(2019, 1, 1)).children == []


def test_the_page_and_its_parts(held):
    """The page shows the first siblings and how many remain; the part returns the next ones.

    A name is searched, and nothing outside the scope is found.
    """
    one = sign_in(held, "group")
    page = one.get("/entities/G1/structure").text
    names = re.findall(r">Firm (T\d\d)<", page)
    assert names == [f"T{n:02d}" for n in range(holdings_tree.BROTHERS)]
    assert f"first={holdings_tree.BROTHERS}" in page
    part = one.get(f"/entities/G1/holdings?first={holdings_tree.BROTHERS}").text
    assert re.findall(r">Firm (T\d\d)<", part)[0] == f"T{holdings_tree.BROTHERS:02d}"
    assert "?find=D05" in one.get("/entities/G1/structure?text=Firm+D05").text
    assert "?find=" not in one.get("/entities/G1/structure?text=MARKG2").text
    for path in ("/entities/G2/structure", "/entities/none/structure"):
        assert one.get(path).status_code == 404
