"""Pages: every reported text is shown as text, and none of it runs."""

import re

import pytest

from tests.consoles import open_desk, sign_in
from tests.worlds import report

EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>"\' onmouseover="alert(3)'


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """Yield a desk with text fields that would run if they were not shown as text."""
    server = open_desk(tmp_path_factory.mktemp("evil"))
    same = {
        "entity": "A",
        "payee": EVIL,
        "amount": 7,
        "amount_cny": 7,
        "currency": "CNY",
        "invoice": "01",
        "purpose": "goods",
        "note": EVIL,
    }
    rows = [same | {"payment": f"EVIL{n}", "paid_on": f"2024-06-0{n}"} for n in (1, 2)]
    entity = {"entity": "A", "parent": "G1", "name": EVIL, "main_business": EVIL, "act": "correct"}
    for one in (report("payment", *rows, name=EVIL), report("entity", entity, name=EVIL)):
        outcome = server.writer.take(one).result(60)
        assert outcome.entry, outcome.refusals
    yield server
    server.stop()


def test_no_text_of_a_report_runs(evil):
    """XSS: names, payees, invoices, file names, and the query of the address."""
    browser = sign_in(evil, "supervisor")
    findings = [row[0] for row in evil.duck.rows("SELECT finding FROM finding_now WHERE entity = 'A'")]
    last = evil.ledger.size
    paths = [
        "/",
        "/wall",
        "/entities",
        "/entities/A",
        "/entities/G1",
        "/entities/G1/structure",
        "/reporting",
        "/findings?state=all",
        *(f"/findings/{f}" for f in findings),
        "/ledger",
    ]
    paths += [f"/ledger/{n}" for n in range(last - 40, last + 1)]
    paths += [
        f"{p}?{k}={EVIL}"
        for p, k in (("/findings", "text"), ("/findings", "under"), ("/why", "entity"), ("/ledger", "reporter"))
    ]
    shown = 0
    for path in paths:
        page = browser.get(path).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert '" onmouseover="alert(3)' not in page, path
        shown += "&lt;script&gt;" in page
    assert shown > 5, "the pages show what was said"


def test_a_name_of_a_view_does_not_run(evil):
    """What users save is shown as text as well."""
    browser = sign_in(evil, "supervisor")
    evil.storage.save("supervisor", "findings", EVIL, 'state=all"><script>alert(1)</script>')
    assert "<script>alert" not in browser.get("/findings").text


def test_the_menu_shows_what_may_be_opened(browser):
    """Every place in the menu answers; what a role may not do is not in it."""
    for login in ("supervisor", "leader", "auditor", "author", "adopter", "reporter", "administrator"):
        page = browser(login).get("/why").text
        menu = page.split("<nav", 1)[1].split("</nav>", 1)[0]
        for path in [part.split('"', 1)[0] for part in menu.split('href="')[1:]]:
            assert browser(login).get(path).status_code == 200, (login, path)


def test_no_english_page_holds_chinese_words_of_the_console(browser):
    """Without the names of the world itself, an English page is English."""
    for path in (
        "/",
        "/findings",
        "/why",
        "/ledger",
        "/wall",
        "/entities",
        "/entities/A",
        "/strips?kind=payment",
        "/strips/payment/A/P4-MARKAKRAM",
        "/reporting",
        "/policy",
        "/policy?tab=versions",
        "/policy?tab=proposals",
        "/policy/base/rules/payments/duplicate",
        "/ask",
    ):
        page = browser("supervisor", "en").get(path).text
        for said in ("公司", "某", "市国资", "中文"):
            page = page.replace(said, "")
        assert re.findall(r"[\u4e00-\u9fff]+", page) == [], path
