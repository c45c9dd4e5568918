"""The source line as reported: the fact's own lines are highlighted; a text with hidden facts is not shown."""

import doctest

from comptroller.web.ledger import payloads
from comptroller.web.ledger.payloads import PayloadSource


def test_the_fact_is_found_in_its_text():
    """By place: the line of NDJSON, the line below the head of CSV, the object of JSON."""
    text = "\n".join(f"line {n}" for n in range(1, 100))
    hits = [n for n, _, hit in PayloadSource(1, 0, text, "ndjson", is_shown=True).lines(50) if hit]
    assert hits == [50]
    numbered = PayloadSource(1, 0, text, "csv", is_shown=True).lines(50)
    assert [n for n, _, hit in numbered if hit] == [51]
    assert numbered[0][0] == 1
    payload = '{"kind": "x", "facts": [{"a": 1}, {"a": 2}, {"a": 3}]}'
    lines = [line for _, line, hit in PayloadSource(3, 0, payload, "json", is_shown=True).lines(2) if hit]
    assert lines == ["{", ' "a": 2', "}"]
    assert PayloadSource(1, 1, "", "json", is_shown=False).lines(1) == []


def test_a_text_is_shown_to_whoever_sees_all_of_it(server, browser):
    """A report of several entities is shown whole to a viewer who sees them all, and not at all to others."""
    entry = server.duck.rows("SELECT min(fact) >> 20 FROM entity")[0][0]
    assert "MARKBKRAM" in browser("supervisor").get(f"/ledger/{entry}").text
    page = browser("group").get(f"/ledger/{entry}").text
    assert "MARKAKRAM" not in page
    assert "that you cannot see" in page


def test_facts_are_numbered_through_the_envelope():
    """One list or one for each kind: the numbers continue."""
    assert doctest.testmod(payloads).failed == 0
