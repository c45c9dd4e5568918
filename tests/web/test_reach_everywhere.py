"""For every user, nothing outside the reach shows on any page, in any call, export or stream."""

import pytest

from comptroller.model.finding import FindingChange, Verdict
from comptroller.web.api.events import news_of
from comptroller.web.runtime.writer import Batch
from tests.consoles import ENTITIES, NOW, PEOPLE, mark
from tests.web.visits import visit_for
from tests.worlds import OWNER, report

PARENT = dict(ENTITIES)
CODES = [code for code, _ in ENTITIES]
PAGES = (
    "/",
    "/wall",
    "/overview/live",
    "/findings",
    "/findings?state=all",
    "/ledger",
    "/ledger?since=2024-01-01T00:00%2B00:00",
    "/capital?item=net_assets",
    "/findings?under=-",
    "/why",
    "/why?entity=B",
    "/findings.xlsx",
    "/strips",
    *(f"/strips?kind={kind}" for kind in ("payment", "contract", "rings")),
    "/policy",
    *(f"/policy?tab={tab}" for tab in ("params", "lists", "sources", "proposals", "versions")),
    "/policy/versions/1",
    "/policy/base/rules/payments/duplicate",
    "/policy/propose?path=base/params/duplicate_days.yml",
)
CALLS = ("/api/v1/findings?state=all&limit=1000", "/api/v1/entities", "/api/v1/me")


def above(entity):
    return [entity, *above(PARENT[entity])] if entity in PARENT else [OWNER]


def covered(login):
    grants = dict(PEOPLE)[login]
    return {e for e in CODES if any(g[1] in above(e) and g[0] != "administrator" for g in grants)}


@pytest.mark.parametrize("login", ["leader", "group", "reporter", "administrator"])
def test_nothing_outside_shows_anywhere(server, browser, login):
    """Each page and call, and each finding, entity, entry and receipt by its own address: within the reach or 404."""
    one, mine = browser(login), covered(login)
    findings = [row[0] for row in server.duck.rows("SELECT finding FROM finding_now")]
    entries = [*range(1, 13), server.ledger.size]  # what was reported, and one act of the desk
    paths = [*PAGES, *CALLS, *(f"/findings/{f}" for f in findings), *(f"/api/v1/findings/{f}" for f in findings)]
    paths += [f"/ledger/{n}{end}" for n in entries for end in ("", "?place=1", "/receipt.json")]
    paths += [f"/api/v1/entities/{e}" for e in CODES]
    paths += [
        f"/entities/{e}{end}"
        for e in CODES
        for end in (
            "",
            "/holdings",
            "/owners",
            "/structure?depth=9&text=MARK",
            "?valid=2024-03-01&known=9",
            "/holdings?known=9",
        )
    ]
    paths += [f"/entities?under={e}" for e in CODES] + ["/entities.named?text=MARK", "/entities.named?text=A"]
    paths += [f"/strips?kind=payment&entity={e}" for e in CODES]
    for path in paths:
        answer = one.get(path)
        assert answer.status_code in (200, 303, 403, 404), (path, answer.status_code)
        seen = {e for e in CODES if mark(e) in answer.text}
        assert seen <= mine, (login, path, seen - mine)


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
