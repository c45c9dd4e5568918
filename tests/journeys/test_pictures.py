"""The screenshots of README.md are taken from the demonstration's console: overview and a finding, in both languages."""

import secrets
import shutil

import pytest

from comptroller.web.runtime.server import Server
from comptroller.web.runtime.settings import Settings
from tests.consoles import PASSWORD
from tests.house.source import DOCS
from tests.journeys.walking import walk_on
from tests.worlds import moment

NOW = moment("2026-01-05T10:00:00")
VIEWPORT = {"width": 1280, "height": 860}
MOST_BYTES = 300_000


@pytest.fixture
def city(harbour, tmp_path):
    """The harbour city's console with one supervisor of the owner."""
    shutil.copytree(harbour.node, tmp_path / "node")
    server = Server(
        tmp_path / "node", lambda: NOW, lambda: secrets.token_urlsafe(32), Settings(most_requests_a_minute=10**6)
    )
    server.start()
    since = {"granted_by": server.owner, "valid_from": "2024-01-01", "login": "supervisor"}
    server.outcome_of(server.report("desk_user", [since | {"name": "陆知行"}]))
    grant = {"grant": "P-1", "role": "supervisor", "entity": server.owner, "reason": "看"}
    server.outcome_of(server.report("access_grant", [since | grant]))
    server.accounts.set_password("supervisor", PASSWORD)
    yield server
    server.stop()


@pytest.mark.looks
def test_pictures_show_the_demonstration(city) -> None:
    """Each picture is a page that answered, in its language, and has at most 300 kB."""
    ((finding,),) = city.duck.rows(
        "SELECT finding FROM finding_now WHERE rule LIKE '%without_authority' ORDER BY finding LIMIT 1"
    )
    with walk_on(city, "en") as walk:
        walk.page.set_viewport_size(VIEWPORT)
        for language in ("en", "zh"):
            walk.speak(language)
            walk.sign_in("supervisor")
            walk.speak(language)
            for name, path in (("overview", "/"), ("finding", f"/findings/{finding}")):
                assert walk.open(path) == 200
                walk.page.wait_for_load_state("networkidle")
                picture = DOCS / "images" / f"{name}.{language}.png"
                walk.page.screenshot(path=picture, animations="disabled")
                assert picture.stat().st_size <= MOST_BYTES
