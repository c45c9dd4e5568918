"""The example programs run as they are: the Python interface, the API client, and the receiver of webhooks."""

import base64
import datetime as dt
import http.client
import json
import runpy
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from comptroller.access.accounts import Token
from comptroller.cli.serve import server_of
from comptroller.web.admin.webhooks import sign
from tests.consoles import NOW, open_desk

EXAMPLES = Path(__file__).parents[2] / "examples"
SECRET = "whsec_" + base64.b64encode(b"a shared secret of some length").decode()
AS_MACHINE = {"COMPTROLLER_TOKEN": "machine"}
BODY = json.dumps({"turns": [{"finding": "F-1"}]}).encode()


def run(program: str, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run an example program as a reader does."""
    command = [sys.executable, str(EXAMPLES / program), *map(str, words)]
    paths = {"PYTHONPATH": ":".join(one for one in sys.path if one), "PATH": "/usr/bin"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=paths | environment)


def test_the_library_program_finds_the_wrong_invoice(tmp_path) -> None:
    """The program creates a node, reports three invoices, and prints the rejection and the one finding."""
    done = run("library/report_and_read.py", tmp_path / "node")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "invoice.json: entry 3"
    assert lines[1].startswith("unknown.json: entity: ")
    assert lines[1].endswith("(intake.sense.entity)")
    assert len(lines) == 3
    assert "1002" in lines[2]


@pytest.fixture
def served(tmp_path):
    """A server with a reporter's token; returns its address."""
    server = open_desk(tmp_path)
    scope = frozenset({"see", "report"})
    server.accounts.make_token(Token("m", "reporter", scope, NOW + dt.timedelta(days=1)), "machine", NOW)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    listener = server_of(server, "localhost", port)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    while not listener.started:
        time.sleep(0.02)
    yield f"http://localhost:{port}"
    listener.should_exit = True
    thread.join(20)
    server.stop()


def test_the_client_reports_and_reads(served, tmp_path) -> None:
    """The client prints the entry of its file, the same again when repeated, and what its user may see; refusals end it with 1."""
    fact = {"entity": "A", "payment": "X", "amount": 1, "currency": "CNY", "paid_on": "2024-06-01"}
    file, bad = tmp_path / "paid.json", tmp_path / "bad.json"
    file.write_text(json.dumps({"kind": "payment", "facts": [fact]}), encoding="utf-8")
    bad.write_text(json.dumps({"kind": "payment", "facts": [fact | {"entity": "E999"}]}), encoding="utf-8")
    first, second = (run("api/client.py", served, file, **AS_MACHINE) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    entry, *found = first.stdout.splitlines()
    assert entry.startswith("entry ")
    assert found == [], "the people of a firm see leads about it when a line releases them"
    rejected = run("api/client.py", served, bad, **AS_MACHINE)
    assert rejected.returncode == 1
    assert "entity: " in rejected.stdout


@pytest.fixture
def receiver():
    """The receiver on a free port; returns a function that posts to it, and what it used."""
    used: list[dict[str, object]] = []
    listener = runpy.run_path(str(EXAMPLES / "api" / "webhook_receiver.py"))["server"](0, SECRET, used.append)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()

    def post(headers: dict[str, str], body: bytes = BODY) -> int:
        line = http.client.HTTPConnection("127.0.0.1", listener.server_port, timeout=20)
        line.request("POST", "/", body, headers)
        status = line.getresponse().status
        line.close()
        return status

    yield post, used
    listener.shutdown()
    listener.server_close()
    thread.join()


def test_the_receiver_uses_each_signed_message_once(receiver) -> None:
    """A message that the server signed is used once, however often it is sent."""
    post, used = receiver
    headers = sign(SECRET.encode(), "M-1", dt.datetime.now(dt.UTC), BODY)
    assert [post(headers), post(headers)] == [204, 204]
    assert used == [json.loads(BODY)]


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "M-2"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,é"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "9" * 5000},
        {"webhook-timestamp": str(int(time.time()) - 301)},
    ],
    ids=["another name", "no signature", "not ASCII", "no time", "a long time", "an old time"],
)
def test_the_receiver_uses_nothing_else(receiver, change: dict[str, str]) -> None:
    """A message without a valid signature, or with an altered name or time, is answered 401 and not used."""
    post, used = receiver
    headers = sign(SECRET.encode(), "M-1", dt.datetime.now(dt.UTC), BODY)
    assert post({name: value.encode("latin-1") for name, value in (headers | change).items()}) == 401
    assert used == []


@pytest.mark.parametrize("length", ["-1", "x", "99999999999", "9" * 5000])
def test_the_receiver_bounds_a_body(receiver, length: str) -> None:
    """A body that is too large, or has no length, is answered 413 and not read."""
    post, used = receiver
    headers = sign(SECRET.encode(), "M-1", dt.datetime.now(dt.UTC), b"")
    assert post(headers | {"content-length": length}, b"") == 413
    assert used == []


def test_the_receiver_rejects_another_body(receiver) -> None:
    """A body that was altered on the way is answered 401 and not used."""
    post, used = receiver
    headers = sign(SECRET.encode(), "M-1", dt.datetime.now(dt.UTC), BODY)
    assert post(headers, BODY + b" ") == 401
    assert used == []
