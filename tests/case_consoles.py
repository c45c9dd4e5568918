"""A console under a policy with cases: one firm's finding in a case, officers of three lines, and the firm's own users.

>>> desk = open_case_desk(tmp_path)  # doctest: +SKIP
>>> desk.clock.moment = moment("2024-03-12T12:00:00")  # doctest: +SKIP
>>> sign_in(desk, "internal1").get("/cases")  # doctest: +SKIP
"""

import datetime as dt
import shutil
import tempfile
from functools import lru_cache
from itertools import count
from pathlib import Path

from comptroller.cli.serve import let_in
from comptroller.engine import Engine
from comptroller.web.runtime.server import Server
from comptroller.web.runtime.settings import Settings
from tests.cases.event_facts import city, pay
from tests.consoles import PASSWORD
from tests.worlds import OWNER, moment, report

OPENED = "2024-03-12T12:00:00"
PEOPLE = (
    ("internal1", "supervisor", OWNER, "internal"),
    ("internal2", "supervisor", OWNER, "internal"),
    ("audit1", "supervisor", OWNER, "audit"),
    ("discipline1", "supervisor", OWNER, "discipline"),
    ("investor1", "supervisor", OWNER, "investor"),
    ("social1", "supervisor", OWNER, "social"),
    ("over", "supervisor", OWNER, ""),
    ("leader", "leader", OWNER, ""),
    ("group", "supervisor", "G", ""),
    ("firm", "reporter", "G1", ""),
    ("other", "reporter", "G2", ""),
    ("administrator", "administrator", OWNER, ""),
)
"""Sign-in name, role, entity and line of every user."""


class Wall:
    """A clock that is set by hand."""

    def __init__(self, text: str) -> None:
        """Set the clock to a moment of the owner's local time."""
        self.moment = moment(text)

    def __call__(self) -> dt.datetime:
        """Return the moment."""
        return self.moment


@lru_cache(maxsize=1)
def _prepared() -> "tempfile.TemporaryDirectory[str]":
    folder_handle = tempfile.TemporaryDirectory(prefix="comptroller-case-desk-")
    folder = Path(folder_handle.name)
    worker: Engine = city(folder, "cn-cases")
    pay(worker, at="2024-03-11T09:00:00")
    worker.tick(moment("2024-03-12T00:10:00"), moment("2024-03-12T00:10:00"))
    worker.close()
    server = started(folder)
    for login, role, entity, line in PEOPLE:
        grant = {"role": role, "entity": entity, "reason": "test"} | ({"supervision_line": line} if line else {})
        employer = {"employer": entity} if role == "reporter" else {}
        let_in(server, {"login": login, "name": f"{login} 某"} | employer, [grant], dt.date(2024, 1, 1))
        server.accounts.set_password(login, PASSWORD)
    server.accounts.close()
    server.stop()
    return folder_handle


def started(folder: Path) -> Server:
    """Return a running server on the node of a folder, its clock set by hand."""
    numbers = count(1)
    server = Server(
        folder / "node", Wall(OPENED), lambda: f"{next(numbers):06d}{folder.name[-10:]:>10}-secret", Settings()
    )
    server.start()
    return server


def open_case_desk(folder: Path) -> Server:
    """Return a server of its own: a copy of one that is made once."""
    shutil.copytree(Path(_prepared().name) / "node", folder / "node")
    return started(folder)


def at(server: Server, text: str) -> None:
    """Set the moment, for the server and for its books."""
    server.clock.moment = moment(text)
    server.writer.do(lambda worker: worker.tick(moment(text), moment(text))).result(60)


def correct(server: Server, decided: str) -> None:
    """Report the firm's correction of its board's approval."""
    row = {"entity": "G1", "decision": "DM1", "matter": "M1", "body": "board", "outcome": "approved"}
    outcome = server.writer.take(
        report("decision", {**row, "decided_at": decided, "act": "correct"}, reporter="G1")
    ).result(60)
    assert outcome.entry, outcome.refusals


def tender(server: Server, deposit: int, **more: str) -> int:
    """Report the firm's tender with its bid deposit, capped at 2; return the entry."""
    row = {"entity": "G1", "tender": "T1", "method": "open_tender", "estimate_cny": 100, "published_on": "2024-03-01"}
    outcome = server.writer.take(report("tender", {**row, "bid_deposit_cny": deposit, **more}, reporter="G1")).result(
        60
    )
    assert outcome.entry, outcome.refusals
    return int(outcome.entry)


def release(server: Server) -> Server:
    """Send the leading line's request for material to the firm, which learns of the case by it."""
    row = {"request": "R0", "case_id": the_case(server), "office": OWNER, "by_line": "internal", "by": "internal1"}
    request = report("material_request", row | {"material": "books", "asked_on": OPENED[:10]}, reporter=OWNER)
    outcome = server.writer.take(request).result(60)
    assert outcome.entry, outcome.refusals
    return server


def the_case(server: Server) -> str:
    """Return the name of the one case."""
    return str(server.duck.rows("SELECT case_id FROM case_now")[0][0])
