"""The overview: every number opens exactly what it counts."""

import re


def _count(browser, address):
    page = browser.get(address.replace("&amp;", "&")).text
    return int(re.search(r"([\d,]+) findings", page).group(1).replace(",", ""))


def test_every_cell_of_the_heat_table_opens_what_it_counts(browser):
    """Each number that leads to findings leads to as many."""
    for login in ("supervisor", "group", "discipline"):
        page = browser(login).get("/").text
        cells = re.findall(r'<a href="(/findings\?[^"]+)">([\d,]+)</a>', page)
        assert cells
        for address, shown in cells:
            assert _count(browser(login), address) == int(shown.replace(",", "")), address
        total = re.search(r'href="/findings"><b>([\d,]+)</b>', page).group(1)
        assert _count(browser(login), "/findings") == int(total.replace(",", ""))


def test_the_live_part_is_the_same_part(browser):
    """What follows the news is what the page was loaded with."""
    one = browser("supervisor")
    assert one.get("/overview/live").text.strip() in one.get("/").text


def test_whoever_only_administers_is_sent_elsewhere(browser):
    """There is nothing of the capital for an administrator."""
    assert browser("administrator").get("/").status_code == 303
    assert browser("administrator").get("/wall").status_code == 403
