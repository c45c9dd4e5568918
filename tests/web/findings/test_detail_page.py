"""The page of a finding: four levels down, from the clause to the source line as reported."""

import re


def test_a_finding_opens_down_to_the_source_line(browser):
    """Table, finding, row, entry: each leads to the next, and the last shows the fact's own text."""
    console = browser("supervisor")
    table = console.get("/findings?rule=base/rules/payments/duplicate&entity=B").text
    finding = re.search(r'href="(/findings/F-[a-z0-9]+)"', table).group(1)
    page = console.get(finding).text
    for visible_text in (
        "Duplicate payment",
        "What would have made it lawful",
        "Evidence",
        "Timeline",
        "<svg",
        "MARKBKRAM",
    ):
        assert visible_text in page, visible_text
    source = re.search(r'href="(/ledger/\d+\?place=\d+)#place"', page).group(1)
    text = console.get(source).text
    assert 'class="line-hit"' in text
    assert "MARKBKRAM" in text
    receipt = console.get(re.search(r'href="(/ledger/\d+/receipt.json)"', page).group(1)).json()
    assert receipt["format"]
    assert receipt["key"]


def test_a_beginning_of_a_name_opens_nothing(browser, server):
    """A finding is opened by its full name, so that no name outside the scope can be guessed."""
    name = server.duck.rows("SELECT finding FROM finding_now LIMIT 1")[0][0]
    assert browser("supervisor").get(f"/findings/{name}").status_code == 200
    assert browser("supervisor").get(f"/findings/{name[:-1]}").status_code == 404
    assert browser("supervisor").get(f"/api/v1/findings/{name}").json()["finding"]["finding"] == name
