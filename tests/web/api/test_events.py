"""News over the network: a report's finding reaches an open page without a further request."""

import datetime as dt
import json
import socket
import threading
import time
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from comptroller.cli.serve import server_of
from tests.consoles import PASSWORD, facts_of, open_desk
from tests.worlds import report


@pytest.fixture
def served(tmp_path):
    server = open_desk(tmp_path)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    listener = server_of(server, "localhost", port)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    while not listener.started:
        time.sleep(0.02)
    yield server, port
    listener.should_exit = True
    thread.join(20)
    server.stop()


def _listen(port, login):
    line = HTTPConnection("localhost", port, timeout=120)
    head = {"origin": f"http://localhost:{port}", "content-type": "application/x-www-form-urlencoded"}
    line.request("POST", "/sign-in", urlencode({"login": login, "password": PASSWORD}), head)
    answer = line.getresponse()
    answer.read()
    line.request("GET", "/api/v1/events", headers={"cookie": answer.getheader("set-cookie").split(";")[0]})
    stream = line.getresponse()
    assert stream.readline().startswith(b": open")
    return line, stream


def test_a_finding_is_told_as_it_is_raised(served):
    """Viewers within reach get the news; the wait is for the engine, not for a page."""
    server, port = served
    line, stream = _listen(port, "group")
    rows = [row | {"payee": "new", "payment": f"N{n}"} for n, row in enumerate(facts_of("A"))]
    server.writer.take(report("payment", *(row | {"payee": "b", "entity": "B"} for row in rows), reporter="B"))
    server.writer.take(report("payment", *rows, reporter="A"))
    said = b""
    while not said.startswith(b"data:"):
        said = stream.readline()
    stream.close()
    line.close()
    news = json.loads(said[5:])
    assert {row["entity"] for row in news["turns"]} == {"A"}
    assert {row["reporter"] for row in news["reports"]} <= {"A"}


def test_a_stream_ends_with_its_session(served):
    """Law: an open stream sends nothing more to a user who signed out or lost access."""
    server, port = served
    for end in (lambda: server.accounts.close_sessions("group"), lambda: _take_grants_back(server, "group")):
        line, stream = _listen(port, "group")
        end()
        rows = [row | {"payee": "new", "payment": f"N{n}"} for n, row in enumerate(facts_of("A"))]
        server.writer.take(report("payment", *rows, reporter="A")).result(60)
        assert b"data:" not in stream.read(), "the server ends the stream, and has told nothing"
        line.close()


def _take_grants_back(server, login):
    """End every grant of a user the day after it began."""
    rows = server.duck.records(
        'SELECT "grant", login, role, entity, reason, valid_from FROM access_grant WHERE login = ?', [login]
    )
    ended = [
        row | {"granted_by": server.owner, "act": "correct", "valid_until": row["valid_from"] + dt.timedelta(days=1)}
        for row in rows
    ]
    assert ended
    server.outcome_of(server.report("access_grant", [{name: str(cell) for name, cell in row.items()} for row in ended]))
