"""Entities: the register within reach, and one entity as it was on another day."""

import re


def test_the_register_is_filtered(browser):
    """By what is above, by text; each leads to its page."""
    page = browser("supervisor").get("/entities?under=G1").text
    assert set(re.findall(r"<code>(\w+)</code>", page)) == {"G1", "A", "A1"}
    assert "MARKBKRAM" in browser("supervisor").get("/entities?text=markb").text
    assert browser("supervisor").get("/entities?level=x&class=").status_code == 200


def test_an_entity_is_there_or_not_by_reach(browser):
    """Beyond the reach it is as if there were none, with its holdings."""
    for path in ("/entities/B", "/entities/B/holdings", "/entities/none"):
        assert browser("group").get(path).status_code == 404
    assert browser("supervisor").get("/entities/B").status_code == 200


def test_an_entity_is_shown_as_known_then(browser):
    """Before anything was known nothing is shown of it."""
    assert browser("supervisor").get("/entities/A?known=2024-06-01").status_code == 200
    assert browser("supervisor").get("/entities/A?valid=2024-06-01").status_code == 200
    assert browser("supervisor").get("/entities/A?known=2023-01-01").status_code == 404


def test_a_code_is_found_by_a_name(browser):
    """A part of a name or a code gives a few entities within reach, and nothing is asked by nothing."""
    page = browser("supervisor").get("/entities.named?text=markg1").text
    assert '<option value="G1">' in page
    assert "<option" not in browser("supervisor").get("/entities.named?text=").text
    assert "<option" not in browser("group").get("/entities.named?text=MARKG2").text
