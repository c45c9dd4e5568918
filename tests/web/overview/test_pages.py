"""The overview: every number opens exactly what it counts."""

import html
import re

import pytest

from tests.consoles import facts_of, open_desk, sign_in
from tests.worlds import OWNER, report


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """Yield a console where each number of the overview counts something: late reports, statements, the owner's
    own findings.
    """
    server = open_desk(tmp_path_factory.mktemp("busy"))
    lines = [{"item": item, "amount_cny": 1_234_500} for item in ("net_assets", "total_assets")]
    same = {"kind": "monthly", "scope": "consolidated", "period_end": "2024-04-30", "lines": lines}
    due = {"statement_kind": "monthly", "period_end": "2024-04-30", "due_on": "2024-05-15"}
    for sent in (
        report("statement", *(same | {"entity": e, "statement": f"S{e}"} for e in ("G1", "A", "G2"))),
        report("report_due", *(due | {"entity": e} for e in ("A", "A1", "B"))),
        report("payment", *facts_of(OWNER)),
        report("payment", *(fact | {"payment": f"N-{fact['payment']}"} for fact in facts_of("B")), reporter="B"),
    ):
        outcome = server.writer.take(sent).result(60)
        assert outcome.entry, outcome.refusals
    yield server
    server.stop()


def _numbers(page):
    """Yield the address and the number of each link of the overview that shows a number."""
    for address, body in re.findall(r'<a[^>]* href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL):
        bold = re.search(r"<b>(.*?)</b>", body)
        text = bold.group(1) if bold else re.sub(r"<[^>]+>", " ", body).strip()
        if links := re.fullmatch(r"(?:[A-Za-z]+ +)?([\d,.]+)(?: \w+)?", text):
            yield html.unescape(address), links.group(1)


def test_every_number_opens_what_it_counts(busy):
    """Each number on the overview is a link, and leads to a page with the same number."""
    kinds = {}
    for login in ("supervisor", "group", "finance", "discipline"):
        browser = sign_in(busy, login)
        page = browser.get("/overview/live").text
        links = list(_numbers(page))
        for address, number in links:
            target = browser.get(address)
            assert target.status_code == 200, address
            counted = re.search(r'<p class="count">(.*?)</p>', target.text, re.DOTALL).group(1)
            assert re.search(rf"(?<![\d,.]){re.escape(number)}(?![\d,.])", counted), (login, address, number, counted)
            kinds.setdefault(address.split("=")[0], []).append(number)
        bare = re.sub(r"<a .*?</a>|<thead>.*?</thead>", "", page, flags=re.DOTALL)
        cells = re.findall(r'<td class="n[^"]*">([^<]*\d[^<]*)</td>', bare)
        assert [c for c in cells if not re.fullmatch(r"[\d,]+ \w+|\d{4}-\d\d-\d\d.*", c)] == [], (
            "ages and days open nothing"
        )
    assert set(kinds) >= {"/entities", "/findings", "/findings?domain", "/findings?severity",
                          "/reporting?show", "/ledger?since", "/capital?item", "/entities?level"}  # fmt: skip
    assert kinds["/reporting?show"][0] == "2", "what did not come, and not A's, which came late"


def test_what_arrived_is_told_by_the_hour(busy):
    """Reports of the last hour within scope, without earlier ones and without actions in the console; outside
    the scope none.
    """
    assert re.search(r'href="/ledger\?since=[^"]+"><b>4</b>', sign_in(busy, "supervisor").get("/").text)
    page = sign_in(busy, "group").get("/").text
    since = re.search(r'href="(/ledger\?since=[^"]+)"><b>(\d+)</b>', page)
    assert since.group(2) == "3", "the owner's reports, and not B's"
    assert sign_in(busy, "group").get("/ledger?since=soon").status_code == 422


def test_the_live_part_is_the_same_part(browser):
    """The part updated by news equals the part that the page was loaded with."""
    console = browser("supervisor")
    assert console.get("/overview/live").text.strip() in console.get("/").text


def test_whoever_only_administers_is_sent_elsewhere(browser):
    """An administrator sees nothing of the capital."""
    assert browser("administrator").get("/").status_code == 303
    assert browser("administrator").get("/wall").status_code == 403


def test_the_last_months_are_drawn(busy):
    """A line counts open findings by their month; those of earlier years are in no month."""
    page = sign_in(busy, "supervisor").get("/overview/live").text
    lines = re.findall(r'aria-label="Open findings of the last twelve months, by month: ([^"]+)"', page)
    counted = [[int(n) for n in row.split(", ")] for row in lines]
    assert all(len(row) == 12 for row in counted)
    sql = "SELECT count(*) FROM finding_now WHERE state IN ('raised', 'changed') AND since BETWEEN ? AND '2024-06-30'"
    assert sum(counted[0]) == busy.duck.rows(sql, ["2023-07-01"])[0][0] > 0
    march = busy.duck.rows(sql + " AND since < '2024-04-01'", ["2024-03-01"])[0][0]
    assert counted[0][8] == march > 0
