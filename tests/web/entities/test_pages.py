"""Entities: the register within scope, and one entity as of another day."""

import re


def test_the_register_is_filtered(browser):
    """By the entity above, by text; each row leads to its page."""
    page = browser("supervisor").get("/entities?under=G1").text
    assert set(re.findall(r"<code>(\w+)</code>", page)) == {"G1", "A", "A1"}
    assert "MARKBKRAM" in browser("supervisor").get("/entities?text=markb").text
    assert browser("supervisor").get("/entities?level=x&class=").status_code == 200


def test_an_entity_is_there_or_not_by_reach(browser):
    """Outside the scope an entity and its holdings are absent."""
    for path in ("/entities/B", "/entities/B/holdings", "/entities/none"):
        assert browser("group").get(path).status_code == 404
    assert browser("supervisor").get("/entities/B").status_code == 200


def test_an_entity_is_shown_as_known_then(browser):
    """Before anything was known, nothing is shown of it."""
    assert browser("supervisor").get("/entities/A?known=2024-06-01").status_code == 200
    assert browser("supervisor").get("/entities/A?valid=2024-06-01").status_code == 200
    assert browser("supervisor").get("/entities/A?known=2023-01-01").status_code == 404


def test_a_code_is_found_by_a_name(browser):
    """A part of a name or a code finds a few entities within scope; an empty text finds none."""
    page = browser("supervisor").get("/entities.named?text=markg1").text
    assert '<option value="G1">' in page
    assert "<option" not in browser("supervisor").get("/entities.named?text=").text
    assert "<option" not in browser("group").get("/entities.named?text=MARKG2").text


def test_records_of_later_days_are_not_called_hidden(browser):
    """A viewer who sees everything is shown no hidden count on any day; another viewer is shown that day's count."""
    for then in ("", "?valid=2024-03-01", "?known=2024-06-01", "?valid=2024-03-04&known=9"):
        assert "No records are hidden from you" in browser("supervisor").get(f"/entities/A{then}").text, then
    assert "No records are hidden from you" in browser("finance").get("/entities/A?known=2").text


def test_links_keep_the_two_days(browser):
    """Links on a page as of a day stay as of that day: owners, holdings, and the tree that opens further."""
    page = browser("supervisor").get("/entities/A?valid=2024-05-01&known=9").text
    assert 'href="/entities/G1?valid=2024-05-01&amp;known=9"' in page
    assert 'value="2024-05-01"' in page
    assert "/entities/G1?valid=" not in browser("supervisor").get("/entities/A").text


def test_history_is_told_on_both_axes(browser):
    """Each row shows its valid days and the entry that made it known; rows after the requested entry are absent."""
    page = browser("supervisor").get("/entities/A").text
    history = page[page.index("<h2>History") :]
    assert "2020-01-01" in history
    assert 'href="/ledger/2"' in history
    assert "MARKBKRAM" not in history
    assert browser("supervisor").get("/entities/A?known=1").status_code == 404


def test_days_of_history_open_the_page_as_of_them(browser):
    """Each start day in the history links to the entity as of that day, and that page links back to the current one."""
    page = browser("supervisor").get("/entities/A").text
    assert '/entities/A?valid=2020-01-01"' in page
    then = browser("supervisor").get("/entities/A?valid=2020-01-01").text
    assert 'name="valid" value="2020-01-01"' in then, "what was asked stays in the form"
    assert 'href="/entities/A">Back to the current state' in then
