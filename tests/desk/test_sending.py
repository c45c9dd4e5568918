"""A report on its way in: nobody reports where he may not, and nobody grants by reporting."""

import io
import json
import zipfile

import pytest

from comptroller.cli.serve import let_in
from comptroller.desk.errors import Gone
from comptroller.desk.sending import Sent, send_report
from tests.desk.visits import visit_for
from tests.desks import open_desk
from tests.worlds import OWNER

GRANT = {
    "granted_by": OWNER,
    "grant": "G-X",
    "login": "eve",
    "role": "leader",
    "entity": OWNER,
    "valid_from": "2024-01-01",
    "reason": "x",
}
PAYMENT = {"entity": "A", "payment": "NEW", "amount": 1, "currency": "CNY", "paid_on": "2024-06-01"}


def _json(kind, *facts):
    return json.dumps({"kind": kind, "facts": facts}).encode()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    desk = open_desk(tmp_path_factory.mktemp("sending"))
    grant = [{"role": "reporter", "entity": OWNER, "reason": "test"}]
    let_in(desk, {"login": "clerk", "name": "clerk", "employer": OWNER}, grant)
    yield desk
    desk.stop()


def test_a_report_is_kept_with_its_receipt(own):
    """Whoever may report gets the entry and a receipt that proves it."""
    visit = visit_for(own, "reporter")
    answer = send_report(visit, _json("payment", PAYMENT), Sent("p.json", "json", "", ""))
    said = answer.as_json(visit)
    assert said["receipt"]["entry"] == said["entry"]


def test_what_is_refused_is_kept_for_who_sent_it(own):
    """With its text and all its refusals, so that it can be mended."""
    visit = visit_for(own, "reporter")
    answer = send_report(visit, b"{", Sent("bad.json", "json", "", ""))
    assert answer.entry is None
    assert own.shelf.rows("SELECT login, name, payload FROM refused") == [("reporter", "bad.json", b"{")]


def test_nobody_reports_for_those_he_does_not_reach(own):
    """Not for another entity, not for the owner, not for one that is unknown."""
    for reporter in ("B", "G1", OWNER, "nobody"):
        with pytest.raises(Gone):
            send_report(visit_for(own, "reporter"), _json("payment", PAYMENT), Sent("p.json", "json", reporter, ""))


def test_nobody_grants_by_reporting(own):
    """Neither by the kind that is said, nor by what stands in JSON, CSV or an archive, also in the owner's name."""
    visit = visit_for(own, "clerk")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as box:
        box.writestr("access_grant.json", _json("access_grant", GRANT))
    head = ",".join(GRANT)
    sheet = f"{head}\n{','.join(map(str, GRANT.values()))}\n".encode()
    tries = [
        (_json("access_grant", GRANT), Sent("g.json", "json", OWNER, "")),
        (_json("x", GRANT), Sent("g.json", "json", OWNER, "access_grant")),
        (sheet, Sent("access_grant.csv", "csv", OWNER, "access_grant")),
        (packed.getvalue(), Sent(f"{OWNER}_x.zip", "zip", OWNER, "")),
    ]
    for payload, said in tries:
        assert send_report(visit, payload, said).entry is None, said
    assert own.duck.rows("SELECT count(*) FROM access_grant WHERE login = 'eve'") == [(0,)]
