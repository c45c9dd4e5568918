"""A small desk for tests: two groups with one marked fact in the books of each entity, and people with grants of every kind.

desk = open_desk(tmp_path)
browser = sign_in(desk, "supervisor")
assert browser.get("/findings").status_code == 200
"""

import datetime as dt
import shutil
import tempfile
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from comptroller.cli.serve import let_in
from comptroller.web.app import make_app
from comptroller.web.runtime.server import Server
from comptroller.web.runtime.settings import Settings
from tests.worlds import OWNER, fresh_node, moment, report, take

PACK = "base"
NOW = moment("2024-06-30T10:00:00")
ORIGIN = "http://testserver"
PASSWORD = "a long enough password"  # noqa: S105 - for tests alone
ENTITIES = (("G1", OWNER), ("A", "G1"), ("A1", "A"), ("G2", OWNER), ("B", "G2"))
PEOPLE = (
    ("leader", (("leader", OWNER, "", ""),)),
    ("supervisor", (("supervisor", OWNER, "", ""),)),
    ("discipline", (("supervisor", OWNER, "", "discipline"), ("supervisor", OWNER, "", ""))),
    ("group", (("supervisor", "G1", "", ""),)),
    ("finance", (("supervisor", OWNER, "finance", ""),)),
    ("auditor", (("auditor", OWNER, "", ""),)),
    ("author", (("author", OWNER, "", ""),)),
    ("adopter", (("adopter", OWNER, "", ""),)),
    ("reporter", (("reporter", "A", "", ""),)),
    ("administrator", (("administrator", OWNER, "", ""),)),
)


def mark(entity: str) -> str:
    """Return the word that is in the books of that entity and of no other."""
    return f"MARK{entity}KRAM"


def facts_of(entity: str) -> list[dict[str, object]]:
    """Return two payments that are the same twice, so that there is a finding about the entity."""
    same = {
        "entity": entity,
        "payee": mark(entity),
        "amount": 5000,
        "amount_cny": 5000,
        "currency": "CNY",
        "invoice": "01",
    }
    return [same | {"payment": f"P{n}-{mark(entity)}", "paid_on": f"2024-03-0{n}"} for n in (4, 5)]


def open_desk(folder: Path, **settings: object) -> Server:
    """Return a running desk with all people admitted: a copy of one that is made once."""
    shutil.copytree(Path(_prepared().name) / "node", folder / "node")
    return _started(folder, Settings(**({"most_requests_a_minute": 100_000} | settings)))


def _started(folder: Path, settings: Settings) -> Server:
    numbers = count(1)
    tail = folder.name
    server = Server(
        folder / "node", lambda: NOW, lambda: f"{next(numbers):06d}{tail[-10:]:>10}-secret-for-tests", settings
    )
    server.start()
    return server


@lru_cache(maxsize=1)
def _prepared() -> "tempfile.TemporaryDirectory[str]":
    kept = tempfile.TemporaryDirectory(prefix="comptroller-desk-")
    folder = Path(kept.name)
    worker = fresh_node(folder, PACK)
    owner = {"entity": OWNER, "name": "市国资", "valid_from": "2020-01-01"}
    rows = [{"entity": e, "parent": p, "name": f"{e} 公司 {mark(e)}", "valid_from": "2020-01-01"} for e, p in ENTITIES]
    take(worker, report("entity", owner, *rows), at="2024-01-02T09:00:00")
    for n, (entity, _) in enumerate(ENTITIES):
        take(worker, report("payment", *facts_of(entity), reporter=entity), at=f"2024-03-06T1{n}:00:00")
    tie = {
        "entity": "A",
        "left_party": "person-KIN",
        "right_party": "other-KIN",
        "relation": "kin",
        "valid_from": "2020-01-01",
    }
    take(worker, report("relation", tie, reporter="A"), at="2024-03-07T09:00:00")
    worker.tick(moment("2024-06-30T09:00:00"), moment("2024-06-30T09:00:00"))
    worker.close()
    server = _started(folder, Settings())
    for login, grants in PEOPLE:
        words = ("role", "entity", "domain", "supervision_line")
        said = [dict(zip(words, grant, strict=True)) | {"reason": "test"} for grant in grants]
        employer = {"employer": "A"} if login == "reporter" else {}
        let_in(server, {"login": login, "name": f"{login} 某"} | employer, said, dt.date(2024, 1, 1))
        server.accounts.set_password(login, PASSWORD)
    server.accounts.close()
    server.stop()
    return kept


@lru_cache(maxsize=4)
def _app(server: Server) -> Any:
    return make_app(server)


def visitor(server: Server) -> TestClient:
    """Return a browser without a signed-in user."""
    return TestClient(_app(server), base_url=ORIGIN, headers={"origin": ORIGIN}, follow_redirects=False)


def sign_in(server: Server, login: str, language: str = "en") -> TestClient:
    """Return a browser after signing that user in."""
    browser = visitor(server)
    browser.cookies.set("desk_language", language)
    answer = browser.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return browser


def second_administrator(server: Server) -> None:
    """Admit another administrator, `second`."""
    let_in(
        server, {"login": "second", "name": "second 某"}, [{"role": "administrator", "entity": OWNER, "reason": "test"}]
    )
    server.accounts.set_password("second", PASSWORD)


def form_key(browser: TestClient) -> str:
    """Return the key that forms of the browser's session carry."""
    page = browser.get("/why").text
    return page.split('data-form-key="', 1)[1].split('"', 1)[0]
