"""Policy's pages: every rule, parameter, list and source has its own, and every tab opens."""

from urllib.parse import quote

import pytest

RULE = "base/rules/payments/duplicate"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_piece_of_policy_has_its_page(browser, server, language):
    """Each piece opens by its full name; the page of a rule shows its text and its score."""
    console, pack = browser("supervisor", language), server.pack
    names = [
        *pack.rules,
        *(p.name for p in pack.params.values()),
        *(console.name for console in pack.lists.values()),
        *(s.name for s in pack.sources.values()),
    ]
    for name in names:
        assert console.get(f"/policy/{quote(name)}").status_code == 200, name
    page = console.get(f"/policy/{RULE}").text
    assert 'class="bar1"' in page
    assert "judged" in page


def test_shelves_open_and_what_is_not_there_is_absent(browser):
    """Unknown names and versions answer "not found"."""
    console = browser("supervisor")
    for tab in ("rules", "params", "lists", "sources", "proposals", "versions", "nothing"):
        assert console.get(f"/policy?tab={tab}").status_code == 200, tab
    for path in ("/policy/base/rules/none", "/policy/../../etc/passwd", "/policy/versions/99999"):
        assert console.get(path).status_code == 404, path
    assert "duplicate" in console.get("/policy?text=duplicate").text
    assert RULE not in console.get("/policy?text=absent").text
