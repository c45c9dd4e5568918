"""A desk for public pages: the small world with stakes, signers, an entity that publishes nothing; opened once."""

import pytest

from comptroller.web.public.answers import name_digest
from tests.consoles import open_desk, visitor
from tests.worlds import OWNER, report

SIGNER, FIRM = "王签", "A"


def _rows():
    stakes = [(OWNER, "G1", 100, "2021-01-01"), ("G1", "A", 60, "2022-05-01"), ("G1", "C", 20, "2021-01-01")]
    stakes.append((OWNER, "G2", 100, "2021-01-01"))
    power = {"delegation": "D1", "delegate": "p-delegate", "valid_from": "2024-01-01", "valid_until": "2025-01-01"}
    post = {"person": "p-king", "post": "legal_representative", "valid_from": "2024-02-01"}
    digests = [("p-king", SIGNER), ("p-delegate", "李代")]
    line = {"entity": "G2", "list": "public_desk", "item": "nothing", "valid_from": "2021-01-01"}
    return {
        "entity": [{"entity": "C", "parent": "G1", "name": "C 公司", "valid_from": "2020-01-01"}],
        "stake": [{"holder": h, "entity": e, "share_pct": s, "valid_from": d} for h, e, s, d in stakes],
        "list_line": [line, {"entity": "G1", "list": "allowed_fees", "item": "dividend", "valid_from": "2021-01-01"}],
        "post": [{"entity": e} | post for e in ("A", "C")],
        "delegation": [{"entity": "A"} | power],
        "signatory": [
            {"entity": "A", "person": p, "name_hash": name_digest("A", n), "valid_from": "2024-02-01"}
            for p, n in digests
        ],
    }


@pytest.fixture(scope="session")
def open_world(tmp_path_factory):
    """Yield the desk of that world."""
    server = open_desk(tmp_path_factory.mktemp("public"), proof_bits=4)
    for kind, rows in _rows().items():
        outcome = server.writer.take(report(kind, *rows)).result(60)
        assert outcome.entry, outcome.refusals
    yield server
    server.stop()


@pytest.fixture(scope="session")
def anybody(open_world):
    """Return the browser of a visitor who is not signed in."""
    browser = visitor(open_world)
    browser.cookies.set("desk_language", "en")
    return browser
