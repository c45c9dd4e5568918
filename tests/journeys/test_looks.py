"""Every page as each role sees it, at 1280 and 390 pixels, in both languages: nothing cut off, pale, nameless or untranslated."""

import secrets
import shutil
from itertools import product

import pytest

from comptroller.cli.demo_desk import PEOPLE
from comptroller.web.runtime.server import Server
from comptroller.web.runtime.settings import Settings
from tests.consoles import PASSWORD
from tests.journeys.looking import WIDTHS, look_at, words_of
from tests.journeys.walking import walk_on
from tests.worlds import moment

pytestmark = pytest.mark.browser

NOW = moment("2026-01-05T10:00:00")
WAYS = tuple(product(("zh", "en"), WIDTHS))
PUBLIC = (*("/sign-in", "/public"), *(f"/public/{one}" for one in ("verify", "enterprise", "fees", "false-enterprise", "tips")))  # fmt: skip
ROLES = tuple(login for login, *_ in PEOPLE)
FEW = ("leader", "internal", "discipline", "auditor", "author", "reporter", "administrator")
"""Roles that differ in what they may open; the others are officers of other lines, or see less of the same."""


@pytest.fixture(scope="module")
def city(harbour, tmp_path_factory):
    """Yield a console over the harbour city with a user of every role."""
    folder = tmp_path_factory.mktemp("looks")
    shutil.copytree(harbour.node, folder / "node")
    server = Server(
        folder / "node", lambda: NOW, lambda: secrets.token_urlsafe(32), Settings(most_requests_a_minute=10**6)
    )
    server.start()
    since = {"granted_by": server.owner, "valid_from": "2024-01-01"}
    users = [since | {"login": login, "name": name, "employer": of or None} for login, name, of, _ in PEOPLE]
    server.outcome_of(server.report("desk_user", users))
    words = ("role", "entity", "domain", "supervision_line")
    grants = [
        since
        | {word: said or None for word, said in zip(words, grant, strict=True)}
        | {"login": login, "reason": "看", "grant": f"L-{login}-{number}"}
        for login, *_, many in PEOPLE
        for number, grant in enumerate(many)
    ]
    server.outcome_of(server.report("access_grant", grants))
    for login in ROLES:
        server.accounts.set_password(login, PASSWORD)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def walk(city):
    """A browser on it."""
    with walk_on(city, "zh") as found:
        yield found


def details(server):
    """Return a page of each sort that is about one thing, for an officer of a line."""
    one = lambda sql: server.duck.rows(sql)[0]  # noqa: E731 - the first row that there is
    (finding, entity) = one("SELECT finding, entity FROM finding_now WHERE rule LIKE '%without_authority' ORDER BY 1")
    (case,) = one("SELECT case_id FROM case_now WHERE lead = 'internal' ORDER BY 1")
    contract = one("SELECT entity, contract FROM contract ORDER BY contract DESC")
    (ring,) = one("SELECT circle FROM guarantee_circle ORDER BY 1")
    rule = next(name for name in server.pack.rules if name.endswith("without_authority"))
    found = [f"/findings/{finding}", f"/entities/{entity}", f"/cases/{case}", f"/cases/{case}/letters", "/cases/load"]
    found += [
        f"/strips/contract/{contract[0]}/{contract[1]}",
        f"/strips/rings/guarantee/{ring}",
        f"/policy/{rule}",
        "/wall",
        "/why",
        "/account",
    ]
    found += [
        f"/policy/{next(iter(many.values())).name}"
        for many in (server.pack.lists, server.pack.params, server.pack.sources)
    ]
    found += [f"/policy?tab={one}" for one in ("params", "lists", "sources", "proposals", "versions")]
    found += [f"/authority?entity={entity}", "/findings?state=not_judged", "/findings?text=nothing-of-that-name"]
    return [*found, "/reporting?show=all", "/ledger/10", f"/ledger/{server.ledger.size}", "/cases?show=table"]


def pages_of(walk, role):
    """Sign a role in; returns the places of its menu."""
    walk.sign_in(role)
    links = walk.page.locator("header nav a").all()
    return [str(one.get_attribute("href")) for one in links]


def test_a_diagonal_of_all_pages(city, walk):
    """Each role sees some of its places in one language at one width, so that every place is seen in several."""
    words, faults = words_of(city.pack), []
    for number, role in enumerate(FEW):
        language, width = WAYS[number % len(WAYS)]
        for place, path in enumerate(pages_of(walk, role)):
            if place % 4 == number % 4:
                faults += [f"{role} {one}" for one in look_at(walk, path, language, words, width)]
    assert faults == []


def test_a_diagonal_of_pages_about_one_thing(city, walk):
    """Findings, cases, strips, rules and entries, each in one of the four ways, as an officer of a line sees them."""
    words, faults = words_of(city.pack), []
    walk.sign_in("internal")
    for number, path in enumerate(details(city)):
        faults += look_at(walk, path, WAYS[number % 4][0], words, WAYS[number % 4][1])
    assert faults == []


def test_public_pages(city, walk):
    """Who is not signed in sees pages that are as sound."""
    words, faults = words_of(city.pack), []
    walk.page.context.clear_cookies()
    for number, path in enumerate(PUBLIC):
        faults += look_at(walk, path, WAYS[number % 4][0], words, WAYS[number % 4][1])
    assert faults == []


def test_holdings_open_level_by_level(walk):
    """Each holding is shown with its share and the basis of its control; the next level is loaded when it is opened."""
    walk.sign_in("internal")
    walk.speak("zh")
    walk.open("/entities/HB0001")
    first = walk.page.locator(".tree details").first
    assert {"100.00%", "直接持股过半数"} <= set(first.inner_text().split())
    if walk.page.evaluate("Boolean(window.htmx)"):
        first.locator("summary").click()
        first.locator("ul > li:not(.more)").first.wait_for()


def test_an_entity_is_found_by_its_name(walk):
    """A user who types a part of a name is offered codes beside names, and the table is of that entity."""
    walk.sign_in("internal")
    walk.open("/findings")
    walk.page.locator("[name=under]").press_sequentially("联运物流")
    walk.page.locator("#names option").first.wait_for(state="attached")
    assert walk.page.locator("#names option").first.get_attribute("value") == "HB0004"


def test_what_is_filtered_is_exported(walk):
    """After a filter the export and the other language are of what is shown, not of what the page began with."""
    walk.sign_in("internal")
    walk.open("/findings")
    if walk.page.evaluate("Boolean(window.htmx)"):
        walk.page.select_option("[name=domain]", "finance")
        walk.page.locator("a[href*='/findings.xlsx?'][href*='domain=finance']").wait_for()
        assert "domain%3Dfinance" in walk.page.locator(".who a").first.get_attribute("href")


@pytest.mark.looks
@pytest.mark.parametrize("role", ROLES)
def test_all_pages_of_a_role(city, walk, role):
    """The whole matrix: every place and every page about one thing, in both languages, at both widths."""
    words, faults = words_of(city.pack), []
    paths = pages_of(walk, role) + (details(city) if role == "internal" else [])
    for path, (language, width) in product(paths, WAYS):
        faults += look_at(walk, path, language, words, width)
    assert faults == []


def test_by_keyboard_alone(walk):
    """The first Tab shows the way past the menu; each place of the menu and each action after it is reached in order, and is seen."""
    walk.sign_in("internal")
    walk.page.set_viewport_size({"width": 1280, "height": 900})
    walk.open("/cases")
    walk.page.keyboard.press("Tab")
    focus = "() => { const one = document.activeElement, style = getComputedStyle(one); return [one.className, one.getAttribute('href'), style.outlineStyle, style.outlineWidth, one.getBoundingClientRect().left]; }"
    name, href, *_, left = walk.page.evaluate(focus)
    assert (name, href) == ("skip", "#main")
    assert left >= 0, "it is shown while it has the focus"
    walk.page.keyboard.press("Enter")
    walk.page.keyboard.press("Tab")
    name, href, outline, width, _ = walk.page.evaluate(focus)
    assert (href, outline, width) == ("/day", "solid", "2px"), "the first action of the page itself"
