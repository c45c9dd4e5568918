"""The table of findings: filters narrow it, views are saved, and the workbook has the same rows."""

import io

from python_calamine import CalamineWorkbook

from comptroller.web.findings.list_page import FindingFilter, select
from tests.consoles import form_key
from tests.web.visits import visit_for


def _many(visit, **criteria):
    sql, values = select(visit, FindingFilter(**criteria))
    return visit.one(f"SELECT count(*) FROM ({sql})", values)


def test_filters_narrow(server):
    """Each filter narrows the table; a filter that matches nothing returns nothing."""
    visit = visit_for(server, "supervisor")
    total = _many(visit)
    assert total == _many(visit, state="all") >= 5
    assert _many(visit, under="G1") == _many(visit, entity="G1") + _many(visit, under="A")
    assert _many(visit, rule="base/rules/payments/duplicate", text="MARKBKRAM") == 1
    assert _many(visit, since="2024-03-05", until="2024-03-05") > 0
    for none in (
        {"state": "cleared"},
        {"domain": "none"},
        {"least": "999999999"},
        {"until": "2020-01-01"},
        {"text": "absent"},
    ):
        assert _many(visit, **none) == 0, none


def test_an_address_says_what_is_asked_and_no_more():
    """Defaults are left out of the address; a filter survives the round trip."""
    assert FindingFilter().address() == ""
    assert FindingFilter(state="all", under="甲").address(page="2") == "state=all&under=%E7%94%B2&page=2"


def test_values_go_as_values(browser):
    """Text typed into a filter is never SQL."""
    for evil in ("'", "' OR 1=1 --", "x'; DROP TABLE entity; --", "%", "1e999"):
        for name in ("text", "under", "entity", "least", "since", "rule", "state", "sort"):
            assert browser("supervisor").get("/findings", params={name: evil}).status_code == 200, (name, evil)


def test_the_sheet_holds_what_the_table_holds(browser, server):
    """The same filters, all rows, and the export is recorded."""
    made = browser("supervisor").get("/findings.xlsx?under=G1").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    assert len(rows) - 1 == _many(visit_for(server, "supervisor"), under="G1")
    assert browser("leader").get("/findings.xlsx").status_code == 403


def test_a_part_is_given_where_a_part_is_asked(browser):
    """A filter loads rows, without the page around them."""
    part = browser("supervisor").get("/findings", headers={"hx-target": "findings"}).text
    assert "<html" not in part
    assert "<table" in part


def test_the_sheet_is_for_people(browser):
    """Evidence and subject are under the titles of their fields, without braces and field names."""
    cells = CalamineWorkbook.from_filelike(io.BytesIO(browser("supervisor").get("/findings.xlsx").content))
    rows = cells.get_sheet_by_index(0).to_python()
    visible = " ".join(str(cell) for row in rows[1:] for cell in row)
    assert "Payee: MARK" in visible
    assert not set('{}"') & set(visible)


def test_a_view_is_kept_marked_and_taken_away(browser):
    """A filter is saved under a name, also an empty one; the open view is highlighted."""
    console = browser("supervisor")
    key = form_key(console)
    for name, criteria in (("as it opens", ""), ("all there are", "state=all")):
        console.post("/findings/views", data={"name": name, "said": criteria, "form_key": key})
    page = console.get("/findings?state=all").text
    assert '<a href="/findings?state=all" aria-current="true">all there are</a>' in page
    assert '<a href="/findings?state=open">as it opens</a>' in page
    assert '<a href="/findings?state=open" aria-current="true">' in console.get("/findings").text
    for name in ("as it opens", "all there are"):
        console.post("/findings/views", data={"name": name, "remove": "true", "form_key": key})
    assert "as it opens" not in console.get("/findings").text
