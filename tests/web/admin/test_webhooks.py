"""Webhooks: signed for the recipient, repeated until accepted, and never beyond the reach of their user."""

import base64
import datetime as dt
import hmac
import json
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from comptroller.access.grants import grants_of
from comptroller.cli.serve import let_in
from comptroller.web.admin import webhooks
from comptroller.web.admin.webhooks import WAITS, Webhook, Webhooks
from tests.consoles import NOW, facts_of, open_desk
from tests.worlds import OWNER, report

SECRET = b"whsec_" + base64.b64encode(b"a shared secret of some length")


@pytest.fixture
def far():
    """Yield a remote server: what it received, and what it answers."""

    class Far(BaseHTTPRequestHandler):
        heard, answers = [], []

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.heard.append((dict(self.headers), body))
            self.send_response(self.answers.pop(0) if self.answers else 204)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            """Log nothing."""

    listener = HTTPServer(("127.0.0.1", 0), Far)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    Far.url = f"http://127.0.0.1:{listener.server_port}/hook"
    yield Far
    listener.shutdown()
    listener.server_close()
    thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Yield a desk that may reach a private network."""
    opened = open_desk(tmp_path_factory.mktemp("hooks"), hook_networks=("127.0.0.0/8",), passphrase=None)
    yield opened
    opened.stop()


@pytest.fixture
def batch(server):
    """What a batch did: two payments that are one of A, and two of B."""
    told = []
    server.broadcast.subscribe(told.append)
    for n, entity in enumerate(("A", "B")):
        rows = [row | {"payee": f"p{n}", "payment": f"{server.chance()}{i}"} for i, row in enumerate(facts_of(entity))]
        outcome = server.writer.take(report("payment", *rows, reporter=entity)).result(60)
        assert outcome.entry, outcome.refusals
    server.writer.do(lambda worker: worker.ledger.size).result(60)
    return told


def test_a_message_is_signed_and_within_reach(server, far, batch, monkeypatch):
    """The holder of the secret computes the same signature; nothing out of the user's reach is sent."""
    monkeypatch.setenv("COMPTROLLER_SECRET_FAR", SECRET.decode())
    webhooks.keep(server.storage, Webhook("H-1", "group", far.url, "env:COMPTROLLER_SECRET_FAR"))
    sending = Webhooks(server)
    waiting = [sending.turn(one) for one in batch]
    assert waiting[-1] == sending.send_due() == len(far.heard) > 0
    for head, body in far.heard:
        signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
        mac = hmac.new(base64.b64decode(SECRET[6:]), signed, sha256).digest()
        assert head["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
        assert head["webhook-timestamp"] == str(int(NOW.timestamp()))
        data = json.loads(body)["data"]
        assert {one["entity"] for one in data["turns"]} | {one["reporter"] for one in data["reports"]} <= {"A"}
    assert sending.send_due() == 0
    assert len({head["webhook-id"] for head, _ in far.heard}) == len(far.heard)
    webhooks.end(server.storage, "H-1")


def test_what_is_not_taken_is_sent_again_and_then_given_up(server, far, batch, monkeypatch):
    """Later each time under the same identifier, without redirects; in the end the ledger records the dropped
    message.
    """
    monkeypatch.setenv("COMPTROLLER_SECRET_FAR", "s")
    webhooks.keep(server.storage, Webhook("H-2", "supervisor", far.url, "env:COMPTROLLER_SECRET_FAR"))
    sending, clock = Webhooks(server), server.clock
    assert sending.turn(batch[0]) == 1
    far.answers += [500, 302, *[503] * len(WAITS)]
    at = NOW
    for wait in WAITS:
        sending.send_due()
        heard = len(far.heard)
        server.clock = lambda at=at, wait=wait: at + wait - dt.timedelta(seconds=1)
        sending.send_due()
        assert len(far.heard) == heard, "not before its time"
        at += wait
        server.clock = lambda at=at: at
    sending.send_due()
    server.clock = clock
    assert len({head["webhook-id"] for head, _ in far.heard}) == 1
    assert len(far.heard) == len(WAITS) + 1
    assert webhooks.webhooks_of(server.storage)[0].failures == 1
    assert server.storage.rows("SELECT count(*) FROM hook_message") == [(0,)]
    server.writer.do(lambda worker: worker.ledger.size).result(60)
    assert server.duck.rows("SELECT about FROM desk_act WHERE did = 'hook_failed'") == [(far.url,)]
    webhooks.end(server.storage, "H-2")


def test_what_waits_is_dropped_when_its_user_may_see_it_no_more(server, far, batch, monkeypatch):
    """Not taken at first, the grant withdrawn, then due: nothing is sent, and nothing that was seen before lies on the disk."""
    monkeypatch.setenv("COMPTROLLER_SECRET_FAR", "s")
    grant = {"role": "supervisor", "entity": OWNER, "reason": "test"}
    let_in(server, {"login": "leaves", "name": "leaves"}, [grant], NOW.date())
    webhooks.keep(server.storage, Webhook("H-4", "leaves", far.url, "env:COMPTROLLER_SECRET_FAR"))
    sending, clock = Webhooks(server), server.clock
    far.answers.append(503)
    assert sending.turn(batch[0]) == 1
    [(kept,)] = server.storage.rows("SELECT body FROM hook_message")
    assert "payee" not in kept
    assert "title" not in kept
    sending.send_due()
    assert len(far.heard) == 1
    held = next(g for g in grants_of(server.duck, OWNER, "leaves"))
    fact = {"granted_by": OWNER, "grant": held.grant, "login": "leaves", "role": held.role, "entity": OWNER}
    fact |= {"act": "retract", "reason": "test", "valid_from": NOW.date().isoformat()}
    server.outcome_of(server.report("access_grant", [fact]))
    server.clock = lambda: NOW + dt.timedelta(days=1)
    assert sending.send_due() == 0
    server.clock = clock
    assert len(far.heard) == 1
    assert server.storage.rows("SELECT count(*) FROM hook_message") == [(0,)]
    webhooks.end(server.storage, "H-4")


def test_who_is_gone_is_not_asked_again(server, far, batch, monkeypatch):
    """410 ends the subscription."""
    monkeypatch.setenv("COMPTROLLER_SECRET_FAR", "s")
    webhooks.keep(server.storage, Webhook("H-3", "supervisor", far.url, "env:COMPTROLLER_SECRET_FAR"))
    far.answers.append(410)
    sending = Webhooks(server)
    sending.turn(batch[0])
    sending.send_due()
    assert webhooks.webhooks_of(server.storage) == []
