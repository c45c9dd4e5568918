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
def holding(tmp_path_factory):
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
        for depth, below in walk(child):
            yield depth + 1, below


def test_brothers_come_page_by_page(holding):
    """The largest first; each page continues after the last, and all come once."""
    visit, entities, after = visit_for(holding, "supervisor"), [], 0
    while after < MANY:
        rows, rest = holdings_tree.branches(visit, "G1", ["G1"], DAY, after=after)["G1"]
        entities += [branch.entity for branch in rows]
        after += holdings_tree.BROTHERS
        assert rest == max(0, MANY - after)
    assert entities == [f"T{n:02d}" for n in range(MANY)]


def test_edges_say_share_and_basis(holding):
    """A share above half controls, a smaller one does not; the root's effective share is the product."""
    rows, _ = holdings_tree.branches(visit_for(holding, "supervisor"), "G1", ["G1"], DAY, most=MANY)["G1"]
    by = {branch.entity: branch for branch in rows}
    assert (by["T00"].share_pct, by["T00"].basis) == (100, "direct")
    assert (by["T59"].share_pct, by["T59"].basis, by["T59"].below) == (41, "", 1)


def test_a_tree_opens_to_the_last_level_and_a_circle_ends(holding):
    """Every reachable entity is in the tree; an entity above itself is repeated and not opened."""
    top = holdings_tree.open_tree(visit_for(holding, "supervisor"), "G1", DAY, depth=99)
    branches = [(depth, branch.entity, branch.is_again) for depth, branch in walk(top)]
    assert len(branches) == MANY + DEEP + 1
    assert max(depth for depth, *_ in branches) == DEEP + 2
    assert [branch for branch in branches if branch[2]] == [(DEEP + 2, "D03", True)]


def test_one_that_is_looked_for_is_opened_beyond_the_first_page(holding):
    """The path to it and itself are open though its ancestor is the sixtieth sibling; nothing else is."""
    visit = visit_for(holding, "supervisor")
    assert [way[-1] for way in holdings_tree.search(visit, "G1", "firm d05", DAY)] == ["D05"]
    assert holdings_tree.ways(visit, "G1", ["D01", "B"], DAY) == {"D01": ["G1", "T59", "D00", "D01"]}
    top = holdings_tree.open_tree(visit, "G1", DAY, find="D01")
    paths = [(depth, branch.entity) for depth, branch in walk(top) if branch.is_hit]
    assert paths == [(3, "D01")]
    assert {branch.entity for depth, branch in walk(top) if depth > 1} == {"D00", "D01", "D02"}


def test_nothing_is_held_before_it_was(holding):
    """The tree of a day before the stakes is empty."""
    visit = visit_for(holding, "supervisor")
    assert holdings_tree.open_tree(visit, "G1", dt.date(2019, 1, 1)).children == []


def test_the_page_and_its_parts(holding):
    """The page shows the first siblings and how many remain; the part returns the next ones.

    A name is searched, and nothing outside the scope is found.
    """
    console = sign_in(holding, "group")
    page = console.get("/entities/G1/structure").text
    names = re.findall(r">Firm (T\d\d)<", page)
    assert names == [f"T{n:02d}" for n in range(holdings_tree.BROTHERS)]
    assert f"first={holdings_tree.BROTHERS}" in page
    part = console.get(f"/entities/G1/holdings?first={holdings_tree.BROTHERS}").text
    assert re.findall(r">Firm (T\d\d)<", part)[0] == f"T{holdings_tree.BROTHERS:02d}"
    assert "?find=D05" in console.get("/entities/G1/structure?text=Firm+D05").text
    assert "?find=" not in console.get("/entities/G1/structure?text=MARKG2").text
    for path in ("/entities/G2/structure", "/entities/none/structure"):
        assert console.get(path).status_code == 404
