"""Submitting a report: no user reports outside their grants, and no grant comes from a report."""

import io
import json
import threading
import zipfile

import pytest

from comptroller.cli.serve import let_in
from comptroller.web.reporting.submit import Sent, send_report
from comptroller.web.shell.errors import NotFound
from tests.consoles import PASSWORD, open_desk, sign_in
from tests.web.visits import visit_for
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
    server = open_desk(tmp_path_factory.mktemp("sending"))
    grant = [{"role": "reporter", "entity": OWNER, "reason": "test"}]
    let_in(server, {"login": "clerk", "name": "clerk", "employer": OWNER}, grant)
    server.accounts.set_password("clerk", PASSWORD)
    yield server
    server.stop()


def test_a_report_is_kept_with_its_receipt(own):
    """A user with the right receives the entry and a receipt that proves it."""
    visit = visit_for(own, "reporter")
    answer = send_report(visit, _json("payment", PAYMENT), Sent("p.json", "json", "", ""))
    body = answer.as_json(visit)
    assert body["receipt"]["entry"] == body["entry"]


def test_what_is_refused_is_kept_for_who_sent_it(own):
    """It is stored with its text and all its refusals, so that it can be corrected."""
    visit = visit_for(own, "reporter")
    answer = send_report(visit, b"{", Sent("bad.json", "json", "", ""))
    assert answer.entry is None
    assert own.storage.rows("SELECT login, name, payload FROM refused") == [("reporter", "bad.json", b"{")]


def test_nobody_reports_for_those_he_does_not_reach(own):
    """Reports for another entity, for the owner or for an unknown entity are rejected."""
    for reporter in ("B", "G1", OWNER, "nobody"):
        with pytest.raises(NotFound):
            send_report(visit_for(own, "reporter"), _json("payment", PAYMENT), Sent("p.json", "json", reporter, ""))


def test_nobody_grants_by_reporting(own):
    """Neither the named kind nor the content of JSON, CSV or an archive grants anything, also in the owner's name."""
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
    for payload, sent in tries:
        assert send_report(visit, payload, sent).entry is None, sent
    assert own.duck.rows("SELECT count(*) FROM access_grant WHERE login = 'eve'") == [(0,)]


def _closed(server):
    """Return the kinds that no reporter may report, each with a valid row."""
    kinds = server.pack.told.values()
    return [(kind, dict.fromkeys(kind.key, "1")) for kind in kinds if "reporter" not in kind.reported_by]


def test_no_reporter_sends_what_the_console_reports(own):
    """Steps, letters, keys, tips, grants and their like are rejected over HTTP in every medium and spelling, also of the owner."""
    browser = sign_in(own, "clerk")
    before = own.ledger.size
    closed = _closed(own)
    assert {"case_step", "letter", "line_key", "tip", "tip_register", "public_lead", "access_grant"} <= {
        kind.name for kind, _ in closed
    }
    for kind, row in closed:
        for spelling in (kind.name, kind.name.title(), kind.title.zh, kind.title.en.upper()):
            sheet = f"{','.join(row)}\n{','.join(row.values())}\n".encode()
            for name, payload, named in (
                ("x.csv", sheet, spelling),
                ("x.json", json.dumps([{"kind": spelling, **row}]).encode(), ""),
                ("x.ndjson", json.dumps({"kind": spelling, **row}).encode(), ""),
            ):
                answer = browser.post("/api/v1/reports", params={"name": name, "kind": named}, content=payload)
                codes = [refusal["code"] for refusal in answer.json()["refused"]]
                assert (answer.status_code, codes) == (422, ["desk.kind"]), (spelling, name)
    kinds = {row[0] for row in own.duck.rows("SELECT did FROM desk_act WHERE login = 'clerk'")}
    assert own.ledger.size - before <= len(kinds) + 1, "nothing but what the desk notes itself"


def test_an_entry_names_its_channel(own):
    """A report's entry names the channel and the user who sent it; the console's own entries name their channel
    alone.
    """
    visit = visit_for(own, "reporter")
    answer = send_report(visit, _json("payment", {**PAYMENT, "payment": "NEW2"}), Sent("p.json", "json", "", ""))
    assert own.ledger.entry(answer.entry).fields["note"] == {"channel": "reporter", "login": "reporter"}
    noted = own.note("reporter", "sign_in").result(60)
    assert own.ledger.entry(noted.entry).fields["note"] == {"channel": "engine"}


def test_a_file_is_read_before_the_writer_has_it(own):
    """While the writer is busy a workbook is read already, so that reading it delays no other user."""
    free = threading.Event()
    busy = own.writer.do(lambda _: free.wait(60))
    sent = threading.Thread(
        target=send_report,
        args=(
            visit_for(own, "reporter"),
            b"entity,payment,amount,currency,paid_on\nA,READ,1,CNY,2024-06-01\n",
            Sent("p.csv", "csv", "", "payment"),
        ),
    )
    sent.start()
    while not own.writer.depth:
        sent.join(0.01)
    waiting = own.writer._waiting.queue[0].report
    assert waiting.reading[0][0].table.num_rows == 1
    free.set()
    assert busy.result(60)
    sent.join(60)
    assert own.duck.rows("SELECT count(*) FROM payment WHERE payment = 'READ'") == [(1,)]
