"""For every user, nothing outside the reach shows on any page, in any call, export or stream."""

import pytest

from comptroller.model.finding import FindingChange, Verdict
from comptroller.web.api.events import news_of
from comptroller.web.runtime.writer import Batch
from tests.consoles import ENTITIES, NOW, PEOPLE, mark
from tests.web.addresses import CODES, ENTRIES, declared, filled
from tests.web.visits import visit_for
from tests.worlds import OWNER, report

PARENT = dict(ENTITIES)
BESIDE = (
    "/entities/{entity}?valid=2024-03-01&known=9",
    "/entities/{entity}/holdings?known=9",
    "/entities/{entity}/structure?depth=9&text=MARK",
    "/entities.named?text=MARK",
    "/entities.named?text=A",
)
"""Other forms of addresses that pages declare."""


def above(entity):
    return [entity, *above(PARENT[entity])] if entity in PARENT else [OWNER]


def covered(login):
    grants = dict(PEOPLE)[login]
    return {e for e in CODES if any(g[1] in above(e) and g[0] != "administrator" for g in grants)}


@pytest.mark.parametrize("login", [login for login, _ in PEOPLE])
def test_nothing_outside_shows_anywhere(server, browser, login):
    """Each declared address, for every entity, entry and finding: within the reach or 404."""
    one, mine = browser(login), covered(login)
    findings = [row[0] for row in server.duck.rows("SELECT finding FROM finding_now")]
    entries = [*ENTRIES, server.ledger.size]  # what was reported, and one act of the console
    for path in filled([*declared(), *BESIDE], findings, entries):
        answer = one.get(path)
        assert answer.status_code in (200, 303, 403, 404), (path, answer.status_code)
        own_words = {e for e in CODES if mark(e) in path}
        seen = {e for e in CODES if mark(e) in answer.text}
        assert seen <= mine | own_words, (login, path, seen - mine)


@pytest.mark.parametrize("login", ["leader", "supervisor", "group", "reporter", "finance"])
def test_kin_is_for_its_line_alone(browser, login):
    """Kinship is on no page of users of another line."""
    for number in range(1, 13):
        assert "person-KIN" not in browser(login).get(f"/ledger/{number}").text
    assert any("person-KIN" in browser("discipline").get(f"/ledger/{n}").text for n in range(1, 13))


def test_news_are_told_within_reach(server):
    """A listener receives the changes and arrivals within their reach, and nothing else."""
    names = server.duck.rows("SELECT finding, rule, entity FROM finding_now WHERE state = 'raised'")
    verdicts = [Verdict(rule, (), 0, entity, None, "", "{}", ()) for _, rule, entity in names]
    turns = tuple(FindingChange("raised", _named(v, f)) for v, (f, _, _) in zip(verdicts, names, strict=True))
    reports = tuple((n, report("payment", reporter=e)) for n, e in enumerate(CODES))
    for login, _ in PEOPLE:
        visit = visit_for(server, login)
        said = news_of(visit, Batch(NOW, reports, (), turns))
        assert {row["entity"] for row in said["turns"]} <= covered(login)
        assert {row["reporter"] for row in said["reports"]} <= covered(login)
    assert news_of(visit_for(server, "supervisor"), Batch(NOW, reports, (), turns))["turns"]


class _Named:
    def __init__(self, finding):
        self.finding = finding


def _named(_verdict, finding):
    return _Named(finding)
